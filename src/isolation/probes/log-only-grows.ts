import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import { standAs } from "./stage/act.js";
import { literal } from "./stage/sql.js";
import { attempted, mustBeRefused } from "./verdict.js";

export const LOG = "tenant.audit_log";

export const logOnlyGrows: Probe = {
  id: "log-only-grows",
  title: "Nobody changes the audit log: neither a login nor, as long as its triggers stand, the owner.",
  severity: "high",
  async run(scene) {
    if (!scene.target.audit || !scene.target.guard) return [];
    const own = `account_id = ${literal(scene.b.id)}`;
    const changes = [`UPDATE ${LOG} SET actor = 'x' WHERE ${own}`, `DELETE FROM ${LOG} WHERE ${own}`, `TRUNCATE ${LOG}`];
    const planting = `INSERT INTO ${LOG} (actor, operation, subject) VALUES ('x', 'read', 'x')`;
    const attempts: Attempt[] = [];
    for (const by of [...scene.runtime, ...scene.control, scene.owner]) {
      // The owner may add to it: its own functions do.
      for (const statement of by === scene.owner ? changes : [...changes, planting]) {
        const answer = await scene.session.try(...standAs(scene, by, scene.b.id), statement);
        const verdict = mustBeRefused(answer, `${by.role} rewrites what the log says.`);
        attempts.push(attempted({ by, object: `table ${LOG}`, statement, answer, verdict }));
      }
    }
    return attempts;
  },
};
