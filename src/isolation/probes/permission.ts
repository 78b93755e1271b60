import type { Attempt } from "../probe.js";
import { permissionFor } from "../rules/permission-policy.js";
import { columnToUpdate, drawOwn } from "./ability.js";
import { onEachTable, type Probe } from "./definition.js";
import type { Command, Scene } from "./scene.js";
import { isOf } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import { insertion } from "./stage/rows.js";
import type { Answer } from "./stage/session.js";
import { identifier, literal } from "./stage/sql.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, broken, held, unclear, unexpected, type Verdict } from "./verdict.js";

const MISSING = "AZ020";
const COMMANDS: readonly Command[] = ["select", "insert", "update", "delete"];

/** azora's own: elsewhere who may do what inside a tenant is nothing that the database knows. */
export const permission: Probe = {
  id: "without-permission",
  title: "A user of a tenant who holds every permission but one is refused what that one is for.",
  severity: "high",
  async run(scene) {
    if (!scene.target.guard) return [];
    return onEachTable(scene, async (by, table) => {
      const attempts: Attempt[] = [];
      for (const command of COMMANDS) {
        if ((await scene.ability(by, table, command)) !== "able") continue;
        const statement = await statementFor(scene, { by, table, command });
        if (statement === null) continue;
        const needed = permissionFor(table.relation, command);
        const everything = await asUser(scene, by, { holds: "'{*:*}'", statement });
        const answer = await asUser(scene, by, { holds: allBut(needed), statement });
        const allows = `Without ${needed}, a user gets at ${table.name} by ${command}.`;
        const verdict = command === "select" ? judgeReading(answer, everything, allows) : judge(answer, everything, allows);
        attempts.push(attempted({ by, object: `table ${table.name}`, statement, answer, verdict }));
      }
      return attempts;
    });
  },
};

/** azora's own, as above. */
export const handingOn: Probe = {
  id: "hand-on-permission",
  title: "A user of a tenant gives nobody, himself included, what he doesn't hold.",
  severity: "high",
  async run(scene) {
    if (!scene.target.guard) return [];
    const { id: account, rows } = scene.b;
    const [user, role] = ["tenant.users", "tenant.roles"].map((table) => rows.get(table)?.get("id"));
    if (!user || !role || !rows.has("tenant.role_permissions")) return [];
    const statements = [
      `INSERT INTO tenant.role_permissions (account_id, role_id, permission) VALUES (${literal(account)}, ${literal(role)}, '*:*')`,
      `INSERT INTO tenant.user_roles (account_id, user_id, role_id) VALUES (${literal(account)}, ${literal(user)}, ${literal(role)})`,
    ];
    const attempts: Attempt[] = [];
    for (const by of scene.runtime) {
      for (const statement of statements) {
        const answer = await asUser(scene, by, { holds: "'{access:*}'", statement });
        const everything = await asUser(scene, by, { holds: "'{*:*}'", statement });
        const verdict = judge(answer, everything, "A user gives himself whatever he likes.");
        attempts.push(attempted({ by, object: "table tenant.user_roles", statement, answer, verdict }));
      }
    }
    return attempts;
  },
};

/** Tries a statement as a user of the attacker's account. @param holds an expression for its permissions */
function asUser(scene: Scene, by: Identity, { holds, statement }: { holds: string; statement: string }): Promise<Answer> {
  const { id } = scene.b;
  const { user } = scene.contexts;
  if (user === null) throw new Error("Where permissions are kept, contexts name users.");
  return scene.session.try(
    "SET CONSTRAINTS ALL IMMEDIATE",
    `INSERT INTO guard.actors (account_id, actor, enabled, permissions) VALUES (${literal(id)}, ${literal(user.actor)}, true, ${holds})`,
    ...by.statements,
    user.enter(id),
    statement,
  );
}

function allBut(needed: string): string {
  return `ARRAY(SELECT p FROM guard.permissions() p WHERE p <> ${literal(needed)})`;
}

async function statementFor(
  scene: Scene,
  { by, table, command }: { readonly by: Identity; readonly table: TenantTable; readonly command: Command },
): Promise<string | null> {
  const own = isOf(table, scene.b.id);
  if (command === "select") return `SELECT count(*) AS own FROM ${table.name} WHERE ${own}`;
  if (command === "delete") return `DELETE FROM ${table.name} WHERE ${own}`;
  if (command === "update") {
    const column = identifier(await columnToUpdate(scene, by, table));
    return `UPDATE ${table.name} SET ${column} = ${column} WHERE ${own}`;
  }
  const row = await drawOwn(scene, table);
  return typeof row === "string" ? null : insertion(table.name, row);
}

/** Rights, policies and permissions have let it through: only a constraint was in the way. */
const LET_THROUGH: readonly (string | null)[] = [null, "23503", "23001", "23505", "23P01"];

/** Rows are held back and no error says so, since it would tell that there are some. */
function judgeReading(answer: Answer, everything: Answer, allows: string): Verdict {
  if (answer.state !== null) return unexpected(answer);
  if (Number(answer.rows[0]?.own) > 0) return broken(allows);
  return Number(everything.rows[0]?.own) > 0 ? held() : unclear("Not even who holds every permission sees a row.");
}

/** @param everything what somebody is told who holds everything: a refusal shows something only where that one goes through */
function judge(answer: Answer, everything: Answer, allows: string): Verdict {
  if (LET_THROUGH.includes(answer.state)) return broken(allows);
  if (answer.state !== MISSING) return unexpected(answer);
  if (LET_THROUGH.includes(everything.state)) return held();
  return unclear(`Not even who holds every permission may: ${everything.text}`);
}
