import type { Relation } from "./catalog/catalog.js";

/** An identifier as PostgreSQL prints it: quoted only where it must be. A keyword that needs it is quoted by the caller's catalog. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** What a finding calls a relation: `table tenant.documents`, `view public.mine`. */
export function objectOf({ kind, name }: Relation): string {
  return `${kind === "partitioned table" || kind === "other" ? "table" : kind} ${name}`;
}

/** Who a right is revoked from, as it stands in a statement. */
export function granteeName(grantee: string | null): string {
  return grantee === null ? "PUBLIC" : quoteIdentifier(grantee);
}
