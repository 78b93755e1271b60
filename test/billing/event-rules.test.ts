import { afterAll, beforeAll, expect, it } from "vitest";
import { World } from "../support/world.js";

/**
 * What the database itself keeps when events are taken in and debtors are stopped: each rule holds, and what shows that it does
 * goes red when the rule is taken out of its function.
 */

interface Rule {
  readonly name: string;
  readonly in: string;
  /** What is taken out of the function's text, and what is left in its place. */
  readonly without: readonly [string | RegExp, string];
  readonly tried: readonly string[];
  /** What the last statement answers; an SQLSTATE where it is refused. */
  readonly holds: unknown;
}

const AGO = (time: string) => `clock_timestamp() - interval '${time}'`;
const state = (status: string, isUnpaid: boolean) =>
  `'${JSON.stringify({ id: "sub_1", item: "si_1", price: "price_1", collectionMethod: "charge_automatically", status, paused: false, unpaid: isUnpaid })}'`;
const event = (id: string, more: { status?: string; seen?: string; livemode?: boolean } = {}) => {
  const { status = "past_due", seen = "clock_timestamp()", livemode = false } = more;
  return `SELECT control.apply_stripe_event(${livemode}, '${id}', 'customer.subscription.updated', 'sub_1', now(), ${state(status, status !== "active")}, ${seen}) AS answer`;
};
const owes = (since: string, grace: string | null, seen = "clock_timestamp()") =>
  `UPDATE control.subscriptions SET status = 'past_due', past_due_since = ${AGO(since)}, grace_until = ${grace ? AGO(grace) : "NULL"}, seen_at = ${seen} WHERE stripe_id = 'sub_1'`;
const take = (step: string) =>
  `SELECT control.enforce_nonpayment(false, (SELECT id FROM control.accounts WHERE slug = 'alpha'), '${step}') AS answer`;
const suspended = (cause: string) =>
  `SELECT control.set_suspension((SELECT id FROM control.accounts WHERE slug = 'alpha'), 'because', true, '${cause}')`;
const STATUS = "SELECT status::text AS answer FROM control.accounts WHERE slug = 'alpha'";
const cursor = (column: string) => `SELECT ${column} AS answer FROM control.stripe_event_cursor`;
const begin = "SELECT FROM control.begin_event_pull(false)";
const move = (to: string | null, readAt = "NULL") =>
  `SELECT control.move_event_cursor(false, ${to ? `'${to}'` : "NULL"}, ${readAt})`;

const RULES: readonly Rule[] = [
  {
    name: "an event is taken in once",
    in: "control.apply_stripe_event",
    without: [" WHERE e.outcome = 'unknown'", ""],
    tried: [event("evt_1"), event("evt_1")],
    holds: "duplicate",
  },
  {
    name: "what was asked for earlier never takes the place of what was asked for later",
    in: "control.mirror_subscription",
    without: [" OR subscription.seen_at > p_seen_at", ""],
    tried: [
      event("evt_1", { status: "active" }),
      event("evt_2", { seen: AGO("1 hour") }),
      "SELECT status::text AS answer FROM control.subscriptions WHERE stripe_id = 'sub_1'",
    ],
    holds: "active",
  },
  {
    name: "a key of the other mode is refused",
    in: "control.require_stripe",
    without: ["connection.livemode IS DISTINCT FROM p_livemode", "false"],
    tried: [begin.replace("false", "true"), "SELECT 'gone through' AS answer"],
    holds: "AZ006",
  },
  {
    name: "the cursor stays ten minutes behind",
    in: "control.move_event_cursor",
    without: [/ AND \(head_at IS NULL OR [^;]*/, ""],
    tried: [begin, move("evt_1"), move("evt_2"), cursor("event_id")],
    holds: null,
  },
  {
    name: "a list that was read earlier doesn't take back how far a later one came",
    in: "control.move_event_cursor",
    without: [" WHERE read_at < p_read_at", ""],
    tried: [begin, move(null, "clock_timestamp()"), move(null, AGO("1 day")), cursor(`read_at > ${AGO("1 hour")}`)],
    holds: true,
  },
  {
    name: "what Stripe may have forgotten is written down",
    in: "control.begin_event_pull",
    without: [/UPDATE control.stripe_event_cursor SET missed_since[^;]*;/, ""],
    tried: [
      begin,
      `UPDATE control.stripe_event_cursor SET read_at = ${AGO("31 days")}`,
      begin,
      cursor("missed_since IS NOT NULL"),
    ],
    holds: true,
  },
  {
    name: "and stays so when the list is read to its end",
    in: "control.begin_event_pull",
    without: ["coalesce(missed_since, read_at) WHERE read_at < clock_timestamp() - interval '30 days'", "NULL"],
    tried: [
      begin,
      `UPDATE control.stripe_event_cursor SET read_at = ${AGO("31 days")}`,
      begin,
      move("evt_1", "clock_timestamp()"),
      begin,
      cursor("missed_since IS NOT NULL"),
    ],
    holds: true,
  },
  {
    name: "no step is taken before it is due",
    in: "control.enforce_nonpayment",
    without: [" AND n.due_at <= clock_timestamp()", ""],
    tried: [owes("1 day", "-13 days"), take("read-only")],
    holds: false,
  },
  {
    name: "no step but the next",
    in: "control.enforce_nonpayment",
    without: [" AND n.step = p_step", ""],
    tried: [owes("20 days", "6 days"), take("suspend")],
    holds: false,
  },
  {
    name: "nobody is stopped whom Stripe wasn't asked about",
    in: "control.enforce_nonpayment",
    without: [/ AND s.seen_at > [^;]*/, ""],
    tried: [owes("20 days", "6 days", AGO("16 minutes")), take("read-only")],
    holds: false,
  },
  {
    name: "whom an operator has suspended it doesn't reach",
    in: "control.nonpayment_steps",
    without: [" AND a.suspension_cause = 'nonpayment'", ""],
    tried: [
      owes("40 days", "26 days"),
      suspended("operator"),
      "UPDATE control.accounts SET suspended_at = now() - interval '15 days' WHERE slug = 'alpha'",
      "SELECT count(*)::integer AS answer FROM control.nonpayment_steps()",
    ],
    holds: 0,
  },
  {
    name: "a payment resumes",
    in: "control.resume_paid",
    without: [/PERFORM control.resume_from_nonpayment[^;]*;/, ""],
    tried: [owes("20 days", "6 days"), suspended("nonpayment"), event("evt_1", { status: "active" }), STATUS],
    holds: "active",
  },
  {
    name: "a payment resumes what non-payment has suspended and nothing else",
    in: "control.resume_paid",
    without: [" AND a.suspension_cause = 'nonpayment'", ""],
    tried: [
      owes("20 days", "6 days"),
      suspended("operator"),
      "SAVEPOINT paid",
      event("evt_1", { status: "active" }),
      "SELECT outcome AS answer FROM control.stripe_events WHERE id = 'evt_1'",
    ],
    holds: "changed",
  },
  {
    name: "a debt that Stripe knows nothing of isn't paid by an event that changes nothing",
    in: "control.resume_paid",
    without: [" AND OLD.status NOT IN ('active', 'trialing')", ""],
    tried: [
      event("evt_1", { status: "active" }),
      suspended("nonpayment"),
      event("evt_2", { status: "active" }),
      "UPDATE control.subscriptions SET paused_at = now() WHERE stripe_id = 'sub_1'",
      STATUS,
    ],
    holds: "suspended",
  },
  {
    name: "nobody is purged for not paying",
    in: "control.check_step",
    without: ["NEW.suspension_cause = 'nonpayment'", "false"],
    tried: [
      suspended("nonpayment"),
      "UPDATE control.accounts SET status = 'purging' WHERE slug = 'alpha' RETURNING status::text AS answer",
    ],
    holds: "AZ007",
  },
];

let world: World;
beforeAll(async () => {
  world = await World.open("server");
  await world.look("INSERT INTO control.stripe_connection (stripe_account, livemode) VALUES ('acct_rules', false)");
  await world.look(
    `UPDATE control.subscriptions SET stripe_id = 'sub_1', livemode = false, seen_at = ${AGO("2 hours")}, status = 'past_due' WHERE account_id = $1`,
    world.a.id,
  );
});
afterAll(() => world?.close());

/** What the last of these answers, in a transaction that is undone. */
async function answerTo(...statements: readonly string[]): Promise<unknown> {
  const client = await world.owner.connect();
  try {
    await client.query("BEGIN");
    let answer: unknown;
    for (const statement of statements) answer = (await client.query<{ answer: unknown }>(statement)).rows[0]?.answer;
    return answer;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

async function weaken({ in: name, without: [what, instead] }: Rule): Promise<string> {
  const [found] = await world.look<{ text: string }>("SELECT pg_get_functiondef($1::regproc) AS text", name);
  const text = found?.text ?? "";
  const weaker = text.replace(what, instead);
  if (weaker === text) throw new Error(`${name} has no ${String(what)} in it.`);
  return weaker;
}

it.each(RULES)("$name", async (rule) => {
  expect(await answerTo(...rule.tried)).toEqual(rule.holds);
  const answer = await answerTo(await weaken(rule), ...rule.tried);
  expect(answer).not.toEqual(rule.holds);
  // Broken, and not merely written wrong.
  expect(String(answer)).not.toMatch(/^42/);
});
