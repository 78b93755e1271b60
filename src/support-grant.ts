import { AzoraError } from "./errors.js";

/** A tenant's consent that one operator reads its rows for a while; part of the public JSON. */
export interface SupportGrant {
  readonly id: string;
  readonly accountId: string;
  /** The operator's login. */
  readonly operator: string;
  readonly scope: "read";
  /** Qualified; null for every tenant table. */
  readonly tables: readonly string[] | null;
  readonly reason: string;
  /** The user of the tenant who consented, as the log names it. */
  readonly grantedBy: string;
  readonly grantedAt: Date;
  readonly expiresAt: Date;
  readonly revokedBy: string | null;
  readonly revokedAt: Date | null;
}

/** A page of grants, newest first. */
export interface SupportGrantPage<G extends SupportGrant = SupportGrant> {
  readonly grants: readonly G[];
  /** The last one's id where there are older ones: `--after` goes on behind it. */
  readonly next: string | null;
}

/** The row, as functions of either plane return it. */
export interface SupportGrantRow {
  readonly id: string;
  readonly account_id: string;
  readonly operator: string;
  readonly scope: "read";
  readonly tables: string[] | null;
  readonly reason: string;
  readonly granted_by: string;
  readonly granted_at: Date;
  readonly expires_at: Date;
  readonly revoked_by: string | null;
  readonly revoked_at: Date | null;
}

export function toSupportGrant(row: SupportGrantRow): SupportGrant {
  const { id, operator, scope, reason } = row;
  return {
    id,
    accountId: row.account_id,
    operator,
    scope,
    tables: row.tables?.length ? row.tables : null,
    reason,
    grantedBy: row.granted_by,
    grantedAt: row.granted_at,
    expiresAt: row.expires_at,
    revokedBy: row.revoked_by,
    revokedAt: row.revoked_at,
  };
}

/** @param found one more than the page takes, where there are more */
export function toPage<G extends SupportGrant>(found: readonly G[], limit: number): SupportGrantPage<G> {
  const grants = found.slice(0, limit);
  return { grants, next: found.length > limit ? (grants.at(-1)?.id ?? null) : null };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws AzoraError INVALID_INPUT */
export function checkGrantId(id: string): string {
  if (UUID.test(id)) return id;
  throw new AzoraError("INVALID_INPUT", `"${id}" is not the id of a window for support.`, {
    hint: "`azora support:list` shows them.",
  });
}
