import { columnToUpdate } from "./ability.js";
import { onEachTable, type Probe } from "./definition.js";
import { attemptAs } from "./stage/act.js";
import { insertion, type Row } from "./stage/rows.js";
import { identifier, identifiers } from "./stage/sql.js";
import { attempted, mustReachNothing } from "./verdict.js";

/** The victim's very row, inserted again: DO NOTHING tells by its count, DO UPDATE would write. */
export const upsert: Probe = {
  id: "upsert-other-tenant",
  title: "An upsert neither changes another tenant's row nor tells that it is there.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const allowed = (await scene.rights(by)).get(table.name)?.insert ?? [];
      const columns = table.relation.columns.filter(
        ({ generated, name }) => !generated && (allowed.length === 0 || allowed.includes(name)),
      );
      const theirs = scene.a.rows.get(table.name) as Row;
      const row: Row = new Map(columns.map(({ name }) => [name, theirs.get(name) ?? null]));
      const key = table.relation.constraints.find(({ kind, deferrable }) => kind === "primary key" && !deferrable);
      const column = identifier(await columnToUpdate(scene, by, table));
      const conflicts = [
        "ON CONFLICT DO NOTHING",
        ...(key ? [`ON CONFLICT (${identifiers(key.columns)}) DO UPDATE SET ${column} = EXCLUDED.${column}`] : []),
      ];
      const ability = await scene.ability(by, table, "insert");
      const attempts = [];
      for (const conflict of conflicts) {
        const statement = insertion(table.name, row, conflict);
        const answer = await attemptAs(scene, by, scene.b.id, statement);
        // "Nothing done" is an answer as well: the row is there.
        const told = answer.state === null ? { ...answer, count: 1 } : answer;
        const verdict = mustReachNothing(
          told,
          ability,
          `An upsert reaches another tenant's row of ${table.name}, or tells that it exists.`,
        );
        attempts.push(attempted({ by, object: `table ${table.name}`, statement, answer, verdict }));
      }
      return attempts;
    }),
};
