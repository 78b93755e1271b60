import { onEachTable, type Probe } from "./definition.js";
import { attemptAs } from "./stage/act.js";
import { attempted, broken, mustBeRefused } from "./verdict.js";

/** Refused before any lock is taken. Where it isn't, the table is locked until the attempt is rolled back, a moment later. */
export const truncate: Probe = {
  id: "truncate",
  title: "A tenant can't empty a table: TRUNCATE knows no row security.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const statement = `TRUNCATE ${table.name}`;
      const answer = await attemptAs(scene, by, scene.b.id, statement);
      const allows = `A tenant empties ${table.name} for all tenants.`;
      // feature_not_supported: other tables refer to this one, and only that was in the way.
      const verdict = answer.state === "0A000" ? broken(allows) : mustBeRefused(answer, allows);
      return [attempted({ by, object: `table ${table.name}`, statement, answer, verdict })];
    }),
};
