import type { Catalog } from "../../catalog/catalog.js";
import type { Plane } from "../../probe.js";
import type { Session } from "./session.js";
import { identifier, literal } from "./sql.js";

/** A role whose rights attempts are made with. */
export interface Identity {
  readonly plane: Plane;
  readonly role: string;
  /**
   * `session authorization`: as if it had logged in, its own settings included. `role`: its rights under the owner's
   * session, where the owner is no superuser: what asks for session_user still sees the owner.
   */
  readonly by: "session authorization" | "role";
  /** What takes it, for the rest of the message. */
  readonly statements: readonly string[];
}

/**
 * Finds out how the owner's session can act as a role.
 * @returns the identity, or a sentence saying why there is none
 */
export async function takeIdentity(
  session: Session,
  catalog: Catalog,
  { plane, role }: { readonly plane: Plane; readonly role: string },
): Promise<Identity | string> {
  const own = catalog.roles.find(({ name }) => name === role);
  if (!own) return `The role ${role} does not exist.`;
  const settings = await usableSettings(session, own.settings);
  const name = identifier(role);
  const ways: Identity[] = [
    { plane, role, by: "session authorization", statements: [...settings, `SET LOCAL SESSION AUTHORIZATION ${name}`] },
    { plane, role, by: "role", statements: [...settings, `SET LOCAL ROLE ${name}`] },
    // Who may make roles may join one: for as long as the attempt lasts, then that is forgotten with it.
    { plane, role, by: "role", statements: [...settings, `GRANT ${name} TO CURRENT_USER`, `SET LOCAL ROLE ${name}`] },
  ];
  let refusal = "";
  for (const way of ways) {
    const answer = await session.try(...way.statements, "SELECT current_user AS me");
    if (answer.rows[0]?.me === role) return way;
    refusal = answer.text;
  }
  return `The owner's connection can't act as ${role}, so nothing was tried as it: ${refusal}`;
}

/** A login starts with its own settings; time limits stay this transaction's. */
async function usableSettings(session: Session, settings: readonly string[]): Promise<string[]> {
  const usable: string[] = [];
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
    if (name.endsWith("_timeout")) continue;
    const statement = `SELECT pg_catalog.set_config(${literal(name)}, ${literal(value)}, true)`;
    if ((await session.try(statement)).state === null) usable.push(statement);
  }
  return usable;
}
