import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { attemptAs } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import { identifier } from "./stage/sql.js";
import { attempted, broken, held, mustBeRefused, unclear, unexpected } from "./verdict.js";

/**
 * SET SESSION AUTHORIZATION is not tried here: this transaction belongs to a superuser who lends a name, and may take
 * any other. Over a login's own connection it is (`own-connection`).
 */
export const becomeAnother: Probe = {
  id: "become-another-role",
  title: "A login can't take another role, its owner's least of all.",
  severity: "critical",
  async run(scene) {
    const attempts: Attempt[] = [];
    for (const by of [...scene.runtime, ...scene.control]) {
      for (const role of stronger(scene, by)) {
        const statement = `SET LOCAL ROLE ${identifier(role)}`;
        const object = `role ${by.role}`;
        if (by.by === "role") {
          const why = unclear("The owner's connection is no superuser, so SET ROLE would be its own and not this login's.");
          attempts.push(attempted({ by, object, statement, answer: { text: "not tried" }, verdict: why }));
          continue;
        }
        const answer = await attemptAs(scene, by, scene.b.id, statement);
        attempts.push(
          attempted({ by, object, statement, answer, verdict: mustBeRefused(answer, `${by.role} becomes ${role}.`) }),
        );
      }
      const back = await attemptAs(scene, by, scene.b.id, "RESET ROLE", "SELECT current_user AS me");
      const statement = "RESET ROLE";
      const verdict =
        by.by === "role"
          ? unclear("The owner's connection is no superuser.")
          : back.rows[0]?.me === by.role
            ? held()
            : back.state
              ? unexpected(back)
              : broken(`${by.role} becomes ${back.rows[0]?.me}.`);
      attempts.push(attempted({ by, object: `role ${by.role}`, statement, answer: back, verdict }));
    }
    return attempts;
  },
};

/** Whoever owns what tenants have, passes by row security, or stands in the other plane. */
function stronger({ catalog, target, tables, control, runtime }: Scene, by: Identity): readonly string[] {
  const others =
    by.plane === "runtime" ? [...target.roles.control, ...control.map(({ role }) => role)] : runtime.map(({ role }) => role);
  const mighty = catalog.roles.filter(({ superuser, bypassRls }) => superuser || bypassRls).map(({ name }) => name);
  const owners = [...target.roles.owners, ...tables.map(({ relation }) => relation.owner)];
  const wanted = new Set([...owners, ...mighty, ...others].filter((name) => name !== by.role));
  return catalog.roles.map(({ name }) => name).filter((name) => wanted.has(name));
}
