import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import { attemptAs } from "./stage/act.js";
import { literal } from "./stage/sql.js";
import { attempted, mustBeRefused } from "./verdict.js";

/** azora's own: whoever could do one of these would need no other door. */
export const signing: Probe = {
  id: "sign-context",
  title: "No login signs a context, reads a key or changes what is guarded.",
  severity: "critical",
  async run(scene) {
    if (!scene.target.guard) return [];
    const attempts: Attempt[] = [];
    const account = literal(scene.a.id);
    const statements = [
      `SELECT guard.enter(${account}, 'x')`,
      "SELECT guard.sign((SELECT id FROM guard.context_keys LIMIT 1), 'x')",
      "SELECT guard.sign('x', 'x')",
      "SELECT inner_pad FROM guard.context_keys",
      "DELETE FROM guard.context_keys",
      "INSERT INTO guard.purges (account_id) VALUES (gen_random_uuid())",
      "DELETE FROM guard.protected_tables",
      "SELECT guard.protect('tenant.documents'::text::regclass)",
    ];
    for (const by of [...scene.runtime, ...scene.control]) {
      for (const statement of statements) {
        const answer = await attemptAs(scene, by, scene.b.id, statement);
        const verdict = mustBeRefused(answer, `${by.role} gets behind the guard.`);
        attempts.push(attempted({ by, object: `role ${by.role}`, statement, answer, verdict }));
      }
    }
    return attempts;
  },
};
