import type { PurgeReceipt } from "../generated/control/client.js";

/** What stays of a purged tenant. */
export interface Receipt {
  readonly sequence: number;
  readonly accountId: string;
  readonly slug: string;
  /** Rows deleted, by table, as the database's triggers counted them going. */
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
  readonly purgedAt: Date;
  /** The login that purged. */
  readonly operator: string;
  /** The exact text that is hashed and signed; it holds everything above, and the reason. */
  readonly payload: string;
  /** SHA-256 of the payload, hex; the next receipt's payload holds it. */
  readonly hash: string;
  readonly previousHash: string | null;
  readonly keyId: string | null;
  /** Ed25519 over the payload, base64; null for a dry run. */
  readonly signature: string | null;
}

/** Turns a row of control.purge_receipts into a receipt. */
export function toReceipt(row: PurgeReceipt): Receipt {
  const { sequence, accountId, accountSlug, counts, total, purgedAt, operator, payload, hash, previousHash, keyId, signature } =
    row;
  return {
    sequence: Number(sequence),
    accountId,
    slug: accountSlug,
    counts: counts as Record<string, number>,
    total: Number(total),
    purgedAt,
    operator,
    payload,
    hash,
    previousHash,
    keyId,
    signature,
  };
}
