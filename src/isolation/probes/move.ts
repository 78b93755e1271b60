import type { Ability } from "./ability.js";
import { onEachTable, type Probe } from "./definition.js";
import type { Answer } from "./stage/session.js";
import { identifier, literal } from "./stage/sql.js";
import { attemptAs, isOf } from "./stage/stage.js";
import { attempted, held, mustReachNothing, type Verdict } from "./verdict.js";

export const move: Probe = {
  id: "move-to-other-tenant",
  title: "A row can't be moved to another tenant.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const statement = `UPDATE ${table.name} SET ${identifier(table.account)} = ${literal(scene.a.id)} WHERE ${isOf(table, scene.b.id)}`;
      const answer = await attemptAs(scene, by, scene.b.id, statement);
      const ability = await scene.ability(by, table, "update");
      const verdict = judge(answer, ability, `A tenant moves its rows of ${table.name} into another tenant.`);
      return [attempted({ by, object: `table ${table.name}`, statement, answer, verdict })];
    }),
};

/** A trigger that lets other updates pass and raises on this one is a wall as good as a policy. */
function judge(answer: Answer, ability: Ability, allows: string): Verdict {
  if (answer.state === "P0001" && ability === "able") return held("a trigger refuses it");
  return mustReachNothing(answer, ability, allows);
}
