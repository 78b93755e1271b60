import type { Attempt } from "../probe.js";
import { onEachTable, type Probe } from "./definition.js";
import { attemptAs, isOf } from "./stage/act.js";
import { setToken } from "./stage/context.js";
import type { Answer } from "./stage/session.js";
import { attempted, broken, held, unexpected, type Verdict } from "./verdict.js";

/** azora's states for a context that isn't signed by a key in use, and for one that has expired. */
const REFUSALS = { forged: "AZ001", expired: "AZ002" } as const;

/** Only where contexts are signed: elsewhere there is nothing to forge, and `injected-context` says so. */
export const forgedContext: Probe = {
  id: "forged-context",
  title: "A context that the database didn't sign for this account is refused.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const attempts: Attempt[] = [];
      for (const [name, token] of Object.entries(scene.contexts.forgeries(scene.a.id, scene.b.id))) {
        const statement = `SELECT count(*) AS theirs FROM ${table.name} WHERE ${isOf(table, scene.a.id)}`;
        const answer = await attemptAs(scene, by, null, setToken(token), statement);
        const verdict = judge(answer, REFUSALS.forged, `A context with ${name} opens ${table.name}.`);
        attempts.push(
          attempted({ by, object: `table ${table.name}`, statement: `context with ${name}; ${statement}`, answer, verdict }),
        );
      }
      return attempts;
    }),
};

export const expiredContext: Probe = {
  id: "expired-context",
  title: "A context that has expired is refused.",
  severity: "high",
  async run(scene) {
    const { expired } = scene.contexts;
    if (expired === null) return [];
    return onEachTable(scene, async (by, table) => {
      const statement = `SELECT count(*) AS theirs FROM ${table.name} WHERE ${isOf(table, scene.a.id)}`;
      const answer = await attemptAs(scene, by, null, expired(scene.a.id), statement);
      const verdict = judge(answer, REFUSALS.expired, `A context that has expired still opens ${table.name}.`);
      return [attempted({ by, object: `table ${table.name}`, statement: `expired context; ${statement}`, answer, verdict })];
    });
  },
};

function judge(answer: Answer, refusal: string, allows: string): Verdict {
  if (answer.state === refusal) return held();
  if (answer.state === null) return broken(Number(answer.rows[0]?.theirs) > 0 ? allows : `${allows} It is not refused.`);
  return unexpected(answer);
}
