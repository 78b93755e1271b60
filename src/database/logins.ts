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
  const existed = await roleExists(pool, login);
  const name = quoteIdentifier(login);
  if (!existed) await pool.query(`CREATE ROLE ${name} LOGIN NOCREATEDB NOCREATEROLE`);
  await pool.query(`GRANT ${OPERATOR_GROUPS[role]} TO ${name}`);
  const { rowCount } = await pool.query(
    `INSERT INTO control.operators (login, role) VALUES ($1, $2::control.operator_role) ON CONFLICT (login) DO NOTHING`,
    [login, role.replace("-", "_")],
  );
  return !existed || rowCount === 1;
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
