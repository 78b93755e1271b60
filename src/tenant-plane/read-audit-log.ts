import { AzoraError } from "../errors.js";
import type { AuditLog } from "../generated/tenant/client.js";
import type { TenantContext } from "./context.js";
import { openTenantDb, type TenantConnection } from "./tenant-db.js";

export interface AuditFilter {
  readonly since?: Date;
  /** Exclusive. */
  readonly until?: Date;
  readonly actor?: string;
  /** create, read, update or delete. */
  readonly action?: string;
}

/** One thing done in a tenant, as it is exported. */
export interface AuditEntry extends Omit<AuditLog, "transactionId" | "contentHash"> {
  readonly transactionId: number;
}

const OPERATIONS = ["create", "read", "update", "delete"] as const;
const PAGE = 1000;

/**
 * Reads a tenant's audit log in its order, page by page, in constant memory. Reading it is
 * a read like any other and is logged; entries made after the start are left out, so that
 * the reading never runs after its own tail.
 * @throws AzoraError INVALID_INPUT, ACCOUNT_SUSPENDED, ACCOUNT_GONE
 */
export async function* readAuditLog(
  connection: TenantConnection,
  context: TenantContext,
  filter: AuditFilter = {},
): AsyncGenerator<AuditEntry> {
  const db = openTenantDb(connection, context);
  const { since, actor } = filter;
  const operation = checkOperation(filter.action);
  const [{ now }] = await db.$queryRaw<[{ now: Date }]>`SELECT transaction_timestamp() AS now`;
  const until = filter.until && filter.until < now ? filter.until : now;
  let after: string | undefined;
  for (;;) {
    const rows = await db.auditLog.findMany({
      where: {
        occurredAt: { lt: until, ...(since && { gte: since }) },
        ...(actor ? { actor } : {}),
        ...(operation ? { operation } : {}),
        ...(after ? { id: { gt: after } } : {}),
      },
      orderBy: { id: "asc" },
      take: PAGE,
    });
    for (const { transactionId, contentHash: _, ...entry } of rows) yield { ...entry, transactionId: Number(transactionId) };
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.id;
  }
}

/** @throws AzoraError INVALID_INPUT for what is no operation of the log */
export function checkOperation(action: string | undefined): (typeof OPERATIONS)[number] | undefined {
  if (action === undefined) return undefined;
  const operation = OPERATIONS.find((name) => name === action);
  if (operation) return operation;
  throw new AzoraError("INVALID_INPUT", `"${action}" is not an action of the audit log.`, {
    hint: `Actions: ${OPERATIONS.join(", ")}.`,
  });
}
