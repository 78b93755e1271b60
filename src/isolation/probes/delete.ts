import { FAILED_ON_A_ROW, FAILS_ON_A_ROW } from "./blind.js";
import { onEachTable, type Probe } from "./definition.js";
import { attemptAs, isOf } from "./stage/act.js";
import { attempted, broken, mustReachNothing } from "./verdict.js";

export const remove: Probe = {
  id: "delete-other-tenant",
  title: "A tenant can't delete another tenant's row.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const object = `table ${table.name}`;
      const allows = `A tenant deletes other tenants' rows of ${table.name}.`;
      const ability = await scene.ability(by, table, "delete");
      const statement = `DELETE FROM ${table.name} WHERE ${isOf(table, scene.a.id)}`;
      const answer = await attemptAs(scene, by, scene.b.id, statement);
      const known = attempted({ by, object, statement, answer, verdict: mustReachNothing(answer, ability, allows) });

      if (scene.empty.rows.has(table.name)) return [known];
      const anything = `DELETE FROM ${table.name} WHERE ${FAILS_ON_A_ROW}`;
      const reached = await attemptAs(scene, by, scene.empty.id, anything);
      const verdict = reached.state === FAILED_ON_A_ROW ? broken(allows) : mustReachNothing(reached, ability, allows);
      return [known, attempted({ by, object, statement: anything, answer: reached, verdict })];
    }),
};
