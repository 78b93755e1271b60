import { columnToUpdate } from "./ability.js";
import { FAILED_ON_A_ROW, FAILS_ON_A_ROW } from "./blind.js";
import { onEachTable, type Probe } from "./definition.js";
import { attemptAs, isOf } from "./stage/act.js";
import { identifier } from "./stage/sql.js";
import { attempted, broken, mustReachNothing } from "./verdict.js";

export const update: Probe = {
  id: "update-other-tenant",
  title: "A tenant can't change another tenant's row.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const object = `table ${table.name}`;
      const allows = `A tenant changes other tenants' rows of ${table.name}.`;
      const ability = await scene.ability(by, table, "update");
      const column = identifier(await columnToUpdate(scene, by, table));
      const statement = `UPDATE ${table.name} SET ${column} = ${column} WHERE ${isOf(table, scene.a.id)}`;
      const answer = await attemptAs(scene, by, scene.b.id, statement);
      const known = attempted({ by, object, statement, answer, verdict: mustReachNothing(answer, ability, allows) });

      // The tenant without rows: whatever it reaches is another's. A table of which it has one was tried above.
      if (scene.empty.rows.has(table.name)) return [known];
      const anything = `UPDATE ${table.name} SET ${column} = DEFAULT WHERE ${FAILS_ON_A_ROW}`;
      const reached = await attemptAs(scene, by, scene.empty.id, anything);
      const verdict = reached.state === FAILED_ON_A_ROW ? broken(allows) : mustReachNothing(reached, ability, allows);
      return [known, attempted({ by, object, statement: anything, answer: reached, verdict })];
    }),
};
