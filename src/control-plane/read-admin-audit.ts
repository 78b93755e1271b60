import type { AdminAuditLog } from "../generated/control/client.js";
import type { AdminAuditLogWhereInput } from "../generated/control/models.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";

export interface AuditFilter {
  readonly since?: Date;
  /** Exclusive. */
  readonly until?: Date;
  readonly actor?: string;
  readonly action?: string;
}

/** One control-plane action, as it is exported. */
export interface AdminAuditEntry {
  readonly id: number;
  readonly occurredAt: Date;
  /** The login that acted: PostgreSQL's session_user. */
  readonly operator: string;
  readonly action: string;
  readonly outcome: "done" | "refused" | "failed";
  readonly accountId: string | null;
  readonly accountSlug: string | null;
  /** What the action changed, before and after. */
  readonly oldValues: unknown;
  readonly newValues: unknown;
  readonly reason: string | null;
  /** What a refusal said. */
  readonly message: string | null;
  /** What the client said of itself: the command, and one id for all that one run did. */
  readonly command: string | null;
  readonly requestId: string | null;
  readonly transactionId: number;
}

const PAGE = 1000;

/**
 * Reads admin_audit_log in its order, page by page, in constant memory.
 * @throws AzoraError NOT_PERMITTED
 */
export async function* readAdminAudit(connection: ControlConnection, filter: AuditFilter = {}): AsyncGenerator<AdminAuditEntry> {
  let after = 0n;
  for (;;) {
    const rows = await attempt(connection, { action: "audit.export" }, () =>
      connection.client.adminAuditLog.findMany({
        where: { ...toWhere(filter), id: { gt: after } },
        orderBy: { id: "asc" },
        take: PAGE,
      }),
    );
    yield* rows.map(toEntry);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.id;
  }
}

function toWhere({ since, until, actor, action }: AuditFilter): AdminAuditLogWhereInput {
  return {
    ...(since || until ? { occurredAt: { ...(since && { gte: since }), ...(until && { lt: until }) } } : {}),
    ...(actor ? { operator: actor } : {}),
    ...(action ? { action } : {}),
  };
}

/** Turns a row of control.admin_audit_log into an entry. */
export function toEntry({ id, transactionId, contentHash: _, ...entry }: AdminAuditLog): AdminAuditEntry {
  return { id: Number(id), ...entry, transactionId: Number(transactionId) };
}
