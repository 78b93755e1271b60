import { onEachTable, type Probe } from "./definition.js";
import { attemptAs, isOf } from "./stage/act.js";
import { attempted, broken, held, mustBeRefused, unexpected } from "./verdict.js";

export const count: Probe = {
  id: "count-other-tenant",
  title: "A tenant that counts a table counts its own rows.",
  severity: "high",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const statement = `SELECT count(*) AS counted FROM ${table.name}`;
      const answer = await attemptAs(scene, by, scene.b.id, statement);
      const object = `table ${table.name}`;
      if ((await scene.ability(by, table, "select")) === "no right") {
        return [
          attempted({
            by,
            object,
            statement,
            answer,
            verdict: mustBeRefused(answer, `A login counts ${table.name} without a right.`),
          }),
        ];
      }
      const [own] = await scene.session.look<{ counted: string }>(
        scene.contexts.enter(scene.b.id),
        `SELECT count(*) AS counted FROM ${table.name} WHERE ${isOf(table, scene.b.id)}`,
      );
      const counted = answer.rows[0]?.counted;
      const verdict =
        counted === undefined
          ? unexpected(answer)
          : counted === own?.counted
            ? held()
            : broken(`A tenant learns how many rows of ${table.name} are not its own.`);
      return [attempted({ by, object, statement, answer, verdict })];
    }),
};
