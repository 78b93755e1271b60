import { drawFor } from "./ability.js";
import { onEachTable, type Probe } from "./definition.js";
import { attemptAs } from "./stage/act.js";
import { insertion } from "./stage/rows.js";
import { attempted, mustReachNothing, unclear } from "./verdict.js";

export const insert: Probe = {
  id: "insert-into-other-tenant",
  title: "A tenant can't plant a row in another tenant.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const object = `table ${table.name}`;
      const row = await scene.maker.draw(drawFor(table, scene.a));
      if (typeof row === "string") {
        return [
          attempted({ by, object, statement: `INSERT INTO ${table.name}`, answer: { text: "not tried" }, verdict: unclear(row) }),
        ];
      }
      const statement = insertion(table.name, row);
      const answer = await attemptAs(scene, by, scene.b.id, statement);
      const ability = await scene.ability(by, table, "insert");
      const verdict = mustReachNothing(answer, ability, `A tenant plants rows in another tenant's ${table.name}.`);
      return [attempted({ by, object, statement, answer, verdict })];
    }),
};
