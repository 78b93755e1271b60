import type { OperatorRole } from "../database/logins.js";
import type { Operator as Row } from "../generated/control/client.js";

/** Somebody of the vendor's, or one of its jobs: a login of its own. Part of the public JSON. */
export interface Operator {
  readonly login: string;
  readonly role: OperatorRole;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** From when on PostgreSQL takes its password no more; null for never. */
  readonly expiresAt: Date | null;
  readonly disabledAt: Date | null;
}

/** Turns a row of control.operators into what the commands print. */
export function toOperator({ login, role, createdAt, createdBy, expiresAt, disabledAt }: Row): Operator {
  return { login, role: roleName(role), createdAt, createdBy, expiresAt, disabledAt };
}

/** A role as operators name it. */
export function roleName(role: Row["role"]): OperatorRole {
  return role === "vendor_admin" ? "vendor-admin" : role;
}

/** A role as the database names it. */
export function roleInDatabase(role: OperatorRole): Row["role"] {
  return role === "vendor-admin" ? "vendor_admin" : role;
}
