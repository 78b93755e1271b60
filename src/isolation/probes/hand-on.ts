import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { Attempt } from "../probe.js";
import type { Facts } from "../rule.js";
import { contextSettings, setToken } from "./stage/context.js";
import type { Identity } from "./stage/identity.js";
import { ask } from "./stage/session.js";
import { identifier, literal } from "./stage/sql.js";
import { attempted, broken, held, unclear } from "./verdict.js";

/** A context is set, the transaction ends, the next one to get the connection looks. */
export async function handOn({ target }: Facts, pool: Pool): Promise<readonly Attempt[]> {
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
