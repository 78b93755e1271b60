import type { Relation } from "./catalog/catalog.js";
import { KEYWORDS } from "./keywords.js";

/** An identifier as PostgreSQL's quote_ident() prints it: quoted only where it must be. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** What a finding calls a relation: `table tenant.documents`, `view public.mine`. */
export function objectOf(relation: Relation): string {
  return `${kindOf(relation)} ${relation.name}`;
}

/** The same as a statement names it: `TABLE tenant.documents`. */
export function statementName(relation: Relation): string {
  return `${kindOf(relation).toUpperCase()} ${relation.name}`;
}

function kindOf({ kind }: Relation): string {
  return kind === "partitioned table" || kind === "other" ? "table" : kind;
}

/** Who a right is revoked from, as it stands in a statement. */
export function granteeName(grantee: string | null): string {
  return grantee === null ? "PUBLIC" : quoteIdentifier(grantee);
}

/** The statement that brings a table under guard, or mends what is there; a partition has its triggers from its parent, a foreign table none. */
export function protectStatement({ name, kind, isPartition }: Relation): string | null {
  return isPartition || kind === "foreign table" ? null : `SELECT guard.protect('${name.replaceAll("'", "''")}');`;
}
