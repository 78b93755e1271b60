import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { planes } from "../planes.js";
import type { Attempt, Plane, ProbeResult } from "../probe.js";
import type { Facts } from "../rule.js";
import { contextSettings, setToken } from "./stage/context.js";
import type { Identity } from "./stage/identity.js";
import { type Answer, ask, type Limits } from "./stage/session.js";
import { identifier, literal } from "./stage/sql.js";
import { tablesOf } from "./stage/tables.js";
import { attempted, broken, held, REFUSED, unclear, unexpected, type Verdict } from "./verdict.js";

/** Pools of the planes' own connection strings, as far as they are at hand. */
export interface LoginPools {
  readonly runtime?: Pool;
  readonly control?: Pool;
}

/** Only looks, and in transactions that are rolled back: nothing here can be undone by the owner. */
export async function probeConnections(facts: Facts, pools: LoginPools, limits: Limits): Promise<readonly ProbeResult[]> {
  const attempts: Attempt[] = [];
  for (const plane of ["runtime", "control"] as const) {
    const pool = pools[plane];
    if (!pool) continue;
    const client = await pool.connect();
    try {
      attempts.push(...(await lookAround(facts, { plane, client, limits })));
    } finally {
      client.release();
    }
    if (plane === "runtime") attempts.push(...(await handOn(facts, pool)));
  }
  if (attempts.length === 0) return [];
  return [
    {
      id: "own-connection",
      title: "Over its own connection a login is who it should be, can't become another, and sees nothing without a context.",
      severity: "critical",
      attempts,
    },
  ];
}

interface Own {
  readonly plane: Exclude<Plane, "owner">;
  readonly client: PoolClient;
  readonly limits: Limits;
}

async function lookAround(facts: Facts, { plane, client, limits }: Own): Promise<readonly Attempt[]> {
  const who =
    "SELECT session_user::text AS session, current_user::text AS current, current_setting('is_superuser') AS superuser, current_setting('row_security') AS row_security";
  const first = await inTransaction(client, limits, who);
  const me = String(first.rows[0]?.session ?? "");
  const by: Identity = { plane, role: me, by: "session authorization", statements: [] };
  const tell = (object: string, statement: string, answer: Answer, verdict: Verdict) =>
    attempted({ by, object, statement, answer, verdict });
  const attempts = [tell(`role ${me}`, who, first, judgeLogin(facts, plane, first))];

  for (const owner of [
    ...new Set([
      ...facts.target.roles.owners,
      ...facts.catalog.roles.filter(({ superuser }) => superuser).map(({ name }) => name),
    ]),
  ]) {
    if (!facts.catalog.roles.some(({ name }) => name === owner)) continue;
    const statement = `SET LOCAL SESSION AUTHORIZATION ${identifier(owner)}`;
    const answer = await inTransaction(client, limits, statement, "SELECT session_user::text AS session");
    // The embedded engine takes the name back before the next statement.
    const stayed = answer.state === REFUSED || answer.rows[0]?.session === me;
    const verdict = stayed ? held() : answer.state === null ? broken(`${me} becomes ${owner}.`) : unexpected(answer);
    attempts.push(tell(`role ${me}`, statement, answer, verdict));
  }
  if (plane === "control") return attempts;
  for (const { name } of tablesOf(facts).tenant) {
    const statement = `SELECT FROM ${name} LIMIT 1`;
    const answer = await inTransaction(client, limits, statement);
    attempts.push(tell(`table ${name}`, statement, answer, judgeBlank(answer, name)));
  }
  return attempts;
}

function judgeLogin(facts: Facts, plane: Own["plane"], answer: Answer): Verdict {
  const [row] = answer.rows;
  if (!row) return unexpected(answer);
  const { session, current, superuser, row_security: security } = row;
  if (superuser === "on") return broken(`The ${plane} plane's connection string is a superuser's.`);
  if (!planes(facts)[plane].has(String(session)))
    return broken(`The ${plane} plane's connection string logs in as ${session}, which is none of its logins.`);
  if (session !== current) return broken(`${session} starts as ${current}.`);
  return security === "on" ? held() : broken("row_security is off for this login.");
}

/** The states of a policy that reads a setting which isn't there, or isn't an account: it fails closed. */
const CLOSED = new Set([REFUSED, "42704", "22P02"]);

function judgeBlank(answer: Answer, name: string): Verdict {
  if (answer.state !== null) return CLOSED.has(answer.state) ? held() : unexpected(answer);
  return answer.count > 0 ? broken(`A connection without a context reads ${name}.`) : held();
}

/** A context is set, the transaction ends, the next one to get the connection looks. */
async function handOn({ target }: Facts, pool: Pool): Promise<readonly Attempt[]> {
  const { enter } = target.context;
  if (!target.guard && enter === null) return [];
  const set = target.guard ? setToken("left behind") : (enter ?? "").replace(/\$1(?!\d)/g, () => literal(randomUUID()));
  const names = target.guard ? ["azora.context"] : contextSettings(set);
  const object = "connection of the application";
  const by: Identity = { plane: "runtime", role: target.roles.runtime.join(", "), by: "session authorization", statements: [] };
  const first = await pool.connect();
  await first.query("BEGIN");
  const entered = await ask(first, [set]);
  await first.query(entered.state === null ? "COMMIT" : "ROLLBACK");
  first.release();
  const next = await pool.connect();
  const statement = `SELECT ${names.map((name) => `current_setting('${name}', true) AS ${identifier(name)}`).join(", ")}`;
  const answer = names.length > 0 ? await ask(next, [statement]) : entered;
  next.release();
  const left = Object.values(answer.rows[0] ?? {}).some((value) => value !== null && value !== "");
  const verdict =
    entered.state !== null
      ? unclear(`No context could be set: ${entered.text}`)
      : names.length === 0
        ? unclear("Which setting holds the context can't be told from context.enter.")
        : left
          ? broken("A context outlives its transaction: whoever gets the connection next is in that tenant.")
          : held();
  return [attempted({ by, object, statement: `${set}; COMMIT; ${statement}`, answer, verdict })];
}

async function inTransaction(client: PoolClient, { statementMs, lockMs }: Limits, ...statements: string[]): Promise<Answer> {
  // One statement a message: the embedded engine takes no more from a login.
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL statement_timeout = ${statementMs}`);
    await client.query(`SET LOCAL lock_timeout = ${lockMs}`);
    let answer: Answer | undefined;
    for (const statement of statements) {
      answer = await ask(client, [statement]);
      if (answer.state !== null) break;
    }
    if (!answer) throw new Error("There was nothing to ask.");
    return answer;
  } finally {
    await client.query("ROLLBACK");
  }
}
