import type { Attempt } from "../probe.js";
import { onEachTable, type Probe } from "./definition.js";
import { attemptAs, isNotOf } from "./stage/act.js";
import { attempted, broken, held, mustBeRefused, REFUSED, unexpected } from "./verdict.js";

export const triggersOff: Probe = {
  id: "silence-triggers",
  title: "A login can't silence triggers and foreign keys with session_replication_role.",
  severity: "high",
  async run(scene) {
    const attempts: Attempt[] = [];
    for (const by of [...scene.runtime, ...scene.control]) {
      const statement = "SET LOCAL session_replication_role = replica";
      const answer = await attemptAs(scene, by, scene.b.id, statement);
      const verdict = mustBeRefused(answer, `${by.role} writes past triggers and foreign keys.`);
      attempts.push(attempted({ by, object: `role ${by.role}`, statement, answer, verdict }));
    }
    return attempts;
  },
};

/** The setting may be changed by anybody; where policies apply, it makes statements fail and not see more. */
export const rowSecurityOff: Probe = {
  id: "row-security-off",
  title: "Turning row_security off makes statements fail instead of showing more.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const statement = `SELECT EXISTS (SELECT FROM ${table.name} WHERE ${isNotOf(table, scene.b.id)}) AS others`;
      const answer = await attemptAs(scene, by, scene.b.id, "SET LOCAL row_security = off", statement);
      const verdict =
        answer.state === REFUSED
          ? held()
          : answer.state === null
            ? broken(`No policy of ${table.name} applies to ${by.role}.`)
            : unexpected(answer);
      return [
        attempted({
          by,
          object: `table ${table.name}`,
          statement: `SET LOCAL row_security = off; ${statement}`,
          answer,
          verdict,
        }),
      ];
    }),
};
