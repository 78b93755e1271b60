import { randomInt } from "node:crypto";
import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import { attemptAs } from "./stage/act.js";
import { identifier, literal } from "./stage/sql.js";
import { attempted, broken, held, mustBeRefused, REFUSED, unexpected, type Verdict } from "./verdict.js";

/** All tenants are one login: what belongs to a login belongs to each of them. */
export const largeObjects: Probe = {
  id: "large-object",
  title: "No large object goes from one tenant to another: no policy covers them.",
  severity: "medium",
  async run(scene) {
    const attempts: Attempt[] = [];
    for (const by of scene.runtime) {
      const id = randomInt(2_000_000_000, 2_147_000_000);
      const make = `SELECT lo_from_bytea(${id}, 'x')`;
      const look = `SELECT length(lo_get(${id})) AS seen`;
      const answer = await attemptAs(scene, by, scene.a.id, make, scene.contexts.enter(scene.b.id), look);
      const used = scene.catalog.database.largeObjects > 0;
      const verdict: Verdict =
        answer.state === REFUSED
          ? held()
          : answer.state !== null
            ? unexpected(answer)
            : scene.target.guard || used
              ? broken("A tenant reads the large objects of every other.")
              : held("a tenant could, but this database keeps no large object");
      attempts.push(
        attempted({ by, object: `role ${by.role}`, statement: `${make}; in the other tenant: ${look}`, answer, verdict }),
      );
    }
    return attempts;
  },
};

/** Process 0 is nobody: where the function may be called it warns and says no. */
const NOBODY = 0;

export const otherSessions: Probe = {
  id: "other-sessions",
  title: "A tenant neither reads nor ends what another one runs.",
  severity: "low",
  async run(scene) {
    const attempts: Attempt[] = [];
    for (const by of scene.runtime) {
      const object = `role ${by.role}`;
      for (const name of ["pg_cancel_backend", "pg_terminate_backend"]) {
        const statement = `SELECT ${name}(${NOBODY})`;
        const answer = await attemptAs(scene, by, scene.b.id, statement);
        const verdict = mustBeRefused(answer, "A tenant ends the statements of others: they run under the same login.");
        attempts.push(attempted({ by, object, statement, answer, verdict }));
      }
      attempts.push(await statementsOnShow());

      async function statementsOnShow(): Promise<Attempt> {
        const statement = "SELECT query FROM pg_stat_activity";
        // A session keeps its statements from the others only by not telling them at all, from its start.
        const [row] = await scene.session.look<{ value: string | null }>(`
          SELECT coalesce((SELECT split_part(c, '=', 2) FROM pg_db_role_setting s, unnest(s.setconfig) c
            WHERE c LIKE 'track\\_activities=%' AND s.setrole IN (0, ${literal(identifier(by.role))}::regrole) AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC LIMIT 1), (SELECT boot_val FROM pg_settings WHERE name = 'track_activities')) AS value`);
        const hidden = row?.value === "off";
        const verdict = hidden
          ? held("its sessions don't tell what they run")
          : broken("A tenant reads the statements of others, values included: they run under the same login.");
        return attempted({ by, object, statement, answer: { text: `track_activities ${row?.value}` }, verdict });
      }
    }
    return attempts;
  },
};

export const serverFiles: Probe = {
  id: "server-files",
  title: "No login reads the server's files or its passwords.",
  severity: "critical",
  async run(scene) {
    const attempts: Attempt[] = [];
    for (const by of [...scene.runtime, ...scene.control]) {
      for (const statement of [
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT pg_ls_dir('.')",
        "SELECT rolpassword FROM pg_authid LIMIT 1",
      ]) {
        const answer = await attemptAs(scene, by, scene.b.id, statement);
        const verdict = mustBeRefused(answer, `${by.role} reads what lies under the database, every tenant's rows among it.`);
        attempts.push(attempted({ by, object: `role ${by.role}`, statement, answer, verdict }));
      }
    }
    return attempts;
  },
};
