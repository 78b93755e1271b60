import { onEachTable, type Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { attemptAs, isNotOf } from "./stage/act.js";
import { literal } from "./stage/sql.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, broken, held, unexpected, type Verdict } from "./verdict.js";

/** SQL injected into one tenant's statement tries to name another tenant and to read in the same breath. */
export const injectedContext: Probe = {
  id: "injected-context",
  title: "SQL injected into a tenant's statement can't take it into another tenant.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const attempts = [];
      for (const statements of injections(scene, table)) {
        const answer = await attemptAs(scene, by, scene.b.id, ...statements);
        const others = answer.rows[0]?.others === true;
        const verdict: Verdict = others
          ? broken(
              `SQL injected into a tenant's statement reads other tenants' rows of ${table.name}: it can name the account itself.`,
            )
          : answer.state === null || REFUSALS.has(answer.state)
            ? held()
            : unexpected(answer);
        attempts.push(attempted({ by, object: `table ${table.name}`, statement: statements.join("; "), answer, verdict }));
      }
      return attempts;
    }),
};

/** No right to set it or to read, azora's word for what isn't signed, and a policy that fails on what isn't an account. */
const REFUSALS = new Set(["42501", "AZ001", "22P02"]);

function injections({ contexts, target, a, b }: Scene, table: TenantTable): readonly (readonly string[])[] {
  const reads = `SELECT EXISTS (SELECT FROM ${table.name} WHERE ${isNotOf(table, b.id)}) AS others`;
  const inOne = (set: string) => [`WITH injected AS MATERIALIZED (${set}) ${reads} FROM injected`];
  if (target.guard) {
    const forged = literal(contexts.forgeries(a.id, b.id)["another account's signature"] ?? "");
    return [
      inOne(`SELECT pg_catalog.set_config('azora.context', ${forged}, true)`),
      inOne("SELECT pg_catalog.set_config('azora.context', '', true)"),
      inOne(`SELECT guard.set_context(${forged})`),
      [`SET LOCAL azora.context = ${forged}`, reads],
    ];
  }
  const enter = contexts.enter(a.id);
  return /^\s*SELECT\b/i.test(enter) ? [inOne(enter.replace(/;\s*$/, ""))] : [[enter, reads]];
}
