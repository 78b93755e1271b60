import { FAILS_ON_A_ROW } from "./blind.js";
import { onEachTable, type Probe } from "./definition.js";
import type { Ability, Scene } from "./scene.js";
import { attemptAs, isOf } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import type { Answer } from "./stage/session.js";
import { identifier, literal } from "./stage/sql.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, held, mustReachNothing, type Verdict } from "./verdict.js";

export const move: Probe = {
  id: "move-to-other-tenant",
  title: "A row can't be moved to another tenant.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const to = `UPDATE ${table.name} SET ${identifier(table.account)} = ${literal(scene.a.id)}`;
      const statements = [`${to} WHERE ${isOf(table, scene.b.id)}`];
      // Naming no column, it meets the policies for UPDATE alone. Where those let others' rows by, it would move them all.
      if (await reachesOwnRowsOnly(scene, by, table)) statements.push(to);
      const ability = await scene.ability(by, table, "update");
      const attempts = [];
      for (const statement of statements) {
        const answer = await attemptAs(scene, by, scene.b.id, statement);
        const verdict = judge(answer, ability, `A tenant moves its rows of ${table.name} into another tenant.`);
        attempts.push(attempted({ by, object: `table ${table.name}`, statement, answer, verdict }));
      }
      return attempts;
    }),
};

async function reachesOwnRowsOnly(scene: Scene, by: Identity, table: TenantTable): Promise<boolean> {
  const statement = `UPDATE ${table.name} SET ${identifier(table.account)} = DEFAULT WHERE ${FAILS_ON_A_ROW}`;
  return !scene.empty.rows.has(table.name) && (await attemptAs(scene, by, scene.empty.id, statement)).state === null;
}

/** A trigger that lets other updates pass and raises on this one is a wall as good as a policy. */
function judge(answer: Answer, ability: Ability, allows: string): Verdict {
  if (answer.state === "P0001" && ability === "able") return held("a trigger refuses it");
  return mustReachNothing(answer, ability, allows);
}
