import { setTimeout as sleep } from "node:timers/promises";
import { AzoraError } from "../errors.js";
import type { AdminAuditLog } from "../generated/control/client.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { PATIENT } from "./dry-run.js";
import { type AdminAuditEntry, toEntry } from "./read-admin-audit.js";

export interface TailOptions {
  /** How many of the entries that are there already. */
  readonly lines: number;
  /** Go on with what is written from now on, until the caller stops. */
  readonly follow: boolean;
  /** How long to wait before looking again, in milliseconds. */
  readonly intervalMs?: number;
  /** Told when the database can't be reached, before it is tried again. */
  readonly onTrouble?: (error: AzoraError) => void;
}

const LONGEST_WAIT_MS = 30_000;

interface Look {
  readonly rows: readonly AdminAuditLog[];
  /** Every transaction below this one has ended: nothing of theirs can still appear. */
  readonly horizon: bigint;
}

/**
 * The end of admin_audit_log, and with `follow` whatever is added to it. It asks again and again
 * instead of listening: NOTIFY doesn't pass a pooler in transaction mode, and is lost while a
 * connection is down. Ids are given before a commit, so a later entry may show before an
 * earlier one; what is asked for is therefore everything since the oldest open transaction.
 * @throws AzoraError NOT_PERMITTED; without `follow` connection errors as well
 */
export async function* tailAdminAudit(connection: ControlConnection, options: TailOptions): AsyncGenerator<AdminAuditEntry> {
  const { lines, follow, intervalMs = 1000, onTrouble } = options;
  const first = await look(connection, lines, undefined);
  let { horizon } = first;
  // What is above the horizon and older than the lines that were asked for is no news either.
  let seen = new Set(first.rows.map(({ id }) => id));
  yield* first.rows.slice(Math.max(0, first.rows.length - lines)).map(toEntry);
  let wait = intervalMs;
  while (follow) {
    await sleep(wait);
    try {
      const { rows, horizon: next } = await look(connection, 0, horizon);
      yield* rows.filter(({ id }) => !seen.has(id)).map(toEntry);
      seen = new Set(rows.filter(({ transactionId }) => transactionId >= next).map(({ id }) => id));
      horizon = next;
      wait = intervalMs;
    } catch (error) {
      if (!(error instanceof AzoraError) || error.code !== "UNREACHABLE") throw error;
      onTrouble?.(error);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }
}

/** The last `lines` entries and all of `since` or later, oldest first, with the horizon of the same moment. */
async function look(connection: ControlConnection, lines: number, since: bigint | undefined): Promise<Look> {
  return attempt(connection, { action: "audit.tail" }, () =>
    connection.client.$transaction(
      async (tx) => {
        const [{ horizon }] = await tx.$queryRaw<[{ horizon: bigint }]>`
          SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon`;
        const last = await tx.adminAuditLog.findMany({ orderBy: { id: "desc" }, take: lines });
        const recent = await tx.adminAuditLog.findMany({ where: { transactionId: { gte: since ?? horizon } } });
        const rows = new Map([...last, ...recent].map((row) => [row.id, row]));
        return { rows: [...rows.values()].sort((one, other) => Number(one.id - other.id)), horizon };
      },
      { ...PATIENT, isolationLevel: "RepeatableRead" },
    ),
  );
}
