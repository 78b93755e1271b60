import type { Pool, PoolClient } from "pg";
import { planes } from "../planes.js";
import type { Attempt, Plane, ProbeResult } from "../probe.js";
import type { Facts } from "../rule.js";
import { handOn } from "./hand-on.js";
import type { Identity } from "./stage/identity.js";
import { type Answer, ask, type Limits } from "./stage/session.js";
import { identifier } from "./stage/sql.js";
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
    const client = await connect(pool);
    if (typeof client === "string") {
      attempts.push(notConnected(facts, plane, client));
      continue;
    }
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

/** @returns the reason where there is none to be had: what can't be tried isn't known to hold */
async function connect(pool: Pool): Promise<PoolClient | string> {
  try {
    return await pool.connect();
  } catch (error) {
    return (error as Error).message;
  }
}

function notConnected({ target }: Facts, plane: Own["plane"], why: string): Attempt {
  const by: Identity = { plane, role: target.roles[plane].join(", "), by: "session authorization", statements: [] };
  const verdict = unclear("The plane's own connection string could not be used.");
  return attempted({ by, object: `connection of the ${plane} plane`, statement: "CONNECT", answer: { text: why }, verdict });
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
    for (const what of ["SESSION AUTHORIZATION", "ROLE"]) {
      const statement = `SET LOCAL ${what} ${identifier(owner)}`;
      const answer = await inTransaction(client, limits, statement, "SELECT current_user::text AS current");
      // The embedded engine takes the name back before the next statement.
      const stayed = answer.state === REFUSED || answer.rows[0]?.current === me;
      const verdict = stayed ? held() : answer.state === null ? broken(`${me} becomes ${owner}.`) : unexpected(answer);
      attempts.push(tell(`role ${me}`, statement, answer, verdict));
    }
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
