import { columnToUpdate, drawFor } from "./ability.js";
import { FAILED_ON_A_ROW, FAILS_ON_A_ROW } from "./blind.js";
import { onEachTable, type Probe } from "./definition.js";
import { attemptAs } from "./stage/act.js";
import { insertion } from "./stage/rows.js";
import type { Answer } from "./stage/session.js";
import { identifier } from "./stage/sql.js";
import { attempted, broken, held, REFUSED, unclear, unexpected, type Verdict } from "./verdict.js";

/** Reading a setting that isn't there, or isn't an account, fails closed: nothing is seen. */
const FAILED_FOR_WANT_OF_CONTEXT = new Set(["42704", "22P02"]);

export const noContext: Probe = {
  id: "no-context",
  title: "Without a context nothing is seen and nothing is written.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const column = identifier(await columnToUpdate(scene, by, table));
      const row = await scene.maker.draw(drawFor(table, scene.b));
      const reaches = {
        read: `A session without a context reads ${table.name}.`,
        write: `A session without a context writes into ${table.name}.`,
      };
      const tries: [statement: string, allows: string][] = [
        [`SELECT FROM ${table.name} LIMIT 1`, reaches.read],
        [`UPDATE ${table.name} SET ${column} = DEFAULT WHERE ${FAILS_ON_A_ROW}`, reaches.write],
        [`DELETE FROM ${table.name} WHERE ${FAILS_ON_A_ROW}`, reaches.write],
        ...(typeof row === "string" ? [] : [[insertion(table.name, row), reaches.write] as [string, string]]),
      ];
      const attempts = [];
      for (const [statement, allows] of tries) {
        const answer = await attemptAs(scene, by, null, statement);
        attempts.push(attempted({ by, object: `table ${table.name}`, statement, answer, verdict: judge(answer, allows) }));
      }
      if (typeof row === "string") {
        attempts.push(
          attempted({
            by,
            object: `table ${table.name}`,
            statement: `INSERT INTO ${table.name}`,
            answer: { text: "not tried" },
            verdict: unclear(row),
          }),
        );
      }
      return attempts;
    }),
};

function judge(answer: Answer, allows: string): Verdict {
  if (answer.state === REFUSED) return held();
  if (answer.state === FAILED_ON_A_ROW || answer.state === "23503" || answer.state === "23505") return broken(allows);
  if (answer.state === null) return answer.count > 0 ? broken(allows) : held();
  if (FAILED_FOR_WANT_OF_CONTEXT.has(answer.state)) return held("it fails instead of finding nothing");
  return unexpected(answer);
}
