import type { OperatorRole } from "../database/logins.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { roleName } from "./operator.js";

export interface WhoAmI {
  /** PostgreSQL's session_user: the name in admin_audit_log. */
  readonly login: string;
  /** Null for a login that is on no list of operators. */
  readonly role: OperatorRole | null;
  readonly expiresAt: Date | null;
  /** The database, without its password. */
  readonly database: string;
}

/**
 * Says as whom the control plane is used, and where.
 * @throws AzoraError NOT_PERMITTED for a login that is no operator's
 */
export async function whoAmI(connection: ControlConnection): Promise<WhoAmI> {
  const { client, engine } = connection;
  const [found] = await attempt(
    connection,
    { action: "whoami" },
    () => client.$queryRaw<[{ login: string; role: "vendor_admin" | "billing" | "support" | null; expires_at: Date | null }]>`
      SELECT login, role::text AS role, expires_at FROM control.who_am_i()`,
  );
  const { login, role, expires_at } = found;
  return { login, role: role && roleName(role), expiresAt: expires_at, database: engine.describe("control") };
}
