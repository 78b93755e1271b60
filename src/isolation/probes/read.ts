import { onEachTable, type Probe } from "./definition.js";
import type { Ability } from "./scene.js";
import { attemptAs, isNotOf } from "./stage/act.js";
import type { Answer } from "./stage/session.js";
import { attempted, broken, held, REFUSED, unclear, unexpected, type Verdict } from "./verdict.js";

/** Stops at the first row: where the wall is down, a whole table must not be read to say so. */
export const read: Probe = {
  id: "read-other-tenant",
  title: "A tenant sees no row of another tenant's.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const statement = `SELECT EXISTS (SELECT FROM ${table.name} WHERE ${isNotOf(table, scene.b.id)}) AS others`;
      const answer = await attemptAs(scene, by, scene.b.id, statement);
      const ability = await scene.ability(by, table, "select");
      return [attempted({ by, object: `table ${table.name}`, statement, answer, verdict: judge(answer, ability, table.name) })];
    }),
};

function judge(answer: Answer, ability: Ability, name: string): Verdict {
  if (answer.rows[0]?.others === true) return broken(`A tenant reads other tenants' rows of ${name}.`);
  if (ability === "no right") return answer.state === REFUSED ? held("it has no such right at all") : unexpected(answer);
  if (typeof ability === "object") return unclear(ability.why);
  return answer.state === null ? held() : unexpected(answer);
}
