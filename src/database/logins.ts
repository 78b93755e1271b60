import type { Pool } from "pg";
import { AzoraError } from "../errors.js";
import { scramVerifier } from "./scram.js";

/** The control plane's groups, by the name that operators know. */
export const OPERATOR_GROUPS = {
  "vendor-admin": "azora_vendor_admin",
  billing: "azora_billing",
  support: "azora_support",
} as const;

export type OperatorRole = keyof typeof OPERATOR_GROUPS;

/**
 * Refuses a name that would have to be quoted everywhere.
 * @throws AzoraError INVALID_INPUT
 */
export function checkLoginName(name: string): void {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return;
  throw new AzoraError(
    "INVALID_INPUT",
    `"${name}" can't be a login: 1 to 63 lower-case letters, digits and underscores, no digit first.`,
  );
}

/** @returns whether a role of that name exists in the cluster */
export async function roleExists(pool: Pool, name: string): Promise<boolean> {
  const { rowCount } = await pool.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  return rowCount === 1;
}

/** Gives a role that can log in a new password; the server sees only its SCRAM verifier. */
export async function setPassword(pool: Pool, role: string, password: string): Promise<void> {
  await pool.query(`ALTER ROLE ${quoteIdentifier(role)} PASSWORD '${scramVerifier(password)}'`);
}

/**
 * Makes the login of an operator, if it isn't there, puts it into its group and into
 * control.operators.
 * @returns whether anything was made
 */
export async function ensureOperator(pool: Pool, login: string, role: OperatorRole): Promise<boolean> {
  const group = role.replace("-", "_");
  if (!(await roleExists(pool, login))) {
    await pool.query("SELECT FROM control.create_operator($1, $2::control.operator_role, NULL, NULL)", [login, group]);
    return true;
  }
  checkLoginName(login);
  await pool.query(LET_REGISTRAR_MANAGE.replaceAll("LOGIN_NAME", login));
  const { rows } = await pool.query<{ made: boolean }>("SELECT control.enroll_operator($1, $2::control.operator_role) AS made", [
    login,
    group,
  ]);
  return rows[0]?.made === true;
}

/**
 * Makes the logins of listed operators that the cluster lacks, as after a database was restored elsewhere. None has
 * a password; those of disabled operators can't log in, and are made so that nobody else gets the name.
 * @returns the names of those that may log in once they have a password
 */
export async function ensureListedOperators(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ login: string; role: string; disabled: boolean; expires: Date | null }>(
    `SELECT o.login, o.role::text AS role, o.disabled_at IS NOT NULL AS disabled, o.expires_at AS expires
     FROM control.operators o WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = o.login) ORDER BY o.login`,
  );
  for (const { login, role, disabled, expires } of rows) {
    checkLoginName(login);
    const until = expires ? ` VALID UNTIL '${expires.toISOString()}'` : "";
    await pool.query(`CREATE ROLE ${quoteIdentifier(login)} ${disabled ? "NOLOGIN" : "LOGIN"}${until}`);
    await pool.query(LET_REGISTRAR_MANAGE.replaceAll("LOGIN_NAME", login));
    if (!disabled) await pool.query("SELECT control.enroll_operator($1, $2::control.operator_role)", [login, role]);
  }
  return rows.filter(({ disabled }) => !disabled).map(({ login }) => login);
}

/**
 * From PostgreSQL 16 on only its administrators change a role. Of one that was there before they
 * are others, who may not be this installer's to add to: then they go on changing it themselves.
 */
const LET_REGISTRAR_MANAGE = `DO $$
BEGIN
  IF current_setting('server_version_num')::integer >= 160000 AND NOT pg_has_role('azora_registrar', 'LOGIN_NAME', 'MEMBER WITH ADMIN OPTION') THEN
    EXECUTE 'GRANT LOGIN_NAME TO azora_registrar WITH ADMIN TRUE, INHERIT FALSE, SET FALSE';
  END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END
$$`;

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
