import { AzoraError } from "../errors.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { type Receipt, readReceipt } from "./receipt.js";

export interface ListReceiptsInput {
  /** At most so many, the newest first; 50 unless given. */
  readonly limit?: number;
  /** Only those before this number: the last one of the page before. */
  readonly before?: number;
}

export interface ReceiptPage {
  readonly receipts: readonly Receipt[];
  /** How many there are in all, whatever the limit. */
  readonly total: number;
  /** What to pass as `before` for the next page; null on the last. */
  readonly next: number | null;
}

/** By number; or by what the tenant was, its slug or its id: of several the newest. */
type Which = { readonly sequence: bigint } | { readonly accountId: string } | { readonly accountSlug: string };

const WITH_ADDENDA = { addenda: { orderBy: { sequence: "asc" } } } as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Lists receipts, the newest first.
 * @throws AzoraError NOT_PERMITTED
 */
export async function listReceipts(connection: ControlConnection, input: ListReceiptsInput = {}): Promise<ReceiptPage> {
  const { limit = 50, before } = input;
  const { client } = connection;
  const [total, rows] = await attempt(connection, { action: "receipt.list" }, () =>
    Promise.all([
      client.purgeReceipt.count(),
      client.purgeReceipt.findMany({
        ...(before !== undefined && { where: { sequence: { lt: before } } }),
        include: WITH_ADDENDA,
        orderBy: { sequence: "desc" },
        take: limit + 1,
      }),
    ]),
  );
  const receipts = rows.slice(0, limit).map((row) => readReceipt(row, row.addenda));
  return { receipts, total, next: rows.length > limit ? (receipts.at(-1)?.sequence ?? null) : null };
}

/**
 * Finds a receipt by its number, or by the slug or id that the tenant had; of several with that slug the newest.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED
 */
export async function findReceipt(connection: ControlConnection, which: string): Promise<Receipt> {
  const found = await lookUp(connection, /^[1-9]\d{0,17}$/.test(which) ? { sequence: BigInt(which) } : ofTenant(which));
  if (found) return found;
  throw new AzoraError("NOT_FOUND", `There is no receipt "${which}".`, { hint: "`azora receipt:list` shows them all." });
}

/** The receipt of a tenant that is gone; null where there is none. @throws AzoraError NOT_PERMITTED */
export function findPurge(connection: ControlConnection, slugOrId: string): Promise<Receipt | null> {
  return lookUp(connection, ofTenant(slugOrId));
}

function ofTenant(slugOrId: string): Which {
  return UUID.test(slugOrId) ? { accountId: slugOrId } : { accountSlug: slugOrId };
}

async function lookUp(connection: ControlConnection, where: Which): Promise<Receipt | null> {
  const row = await attempt(connection, { action: "receipt.show" }, () =>
    connection.client.purgeReceipt.findFirst({ where, include: WITH_ADDENDA, orderBy: { sequence: "desc" } }),
  );
  return row && readReceipt(row, row.addenda);
}
