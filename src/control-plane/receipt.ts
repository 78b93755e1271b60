import type { StoreOutcome } from "./outside-stores.js";

/** One link of the chain, as it is kept, exported and checked. */
export interface Link {
  /** The exact text that is hashed and signed; all that a receipt says is in it. */
  readonly payload: string;
  /** SHA-256 of the payload, hex; the next link's payload holds it. */
  readonly hash: string;
  readonly keyId: string | null;
  /** Ed25519 over the payload, base64; null where the database's administrator deleted by hand. */
  readonly signature: string | null;
}

export interface Approval {
  readonly operator: string;
  readonly at: Date;
}

/** What was said later of a receipt: a store that was pending is done. */
export interface Addendum extends Link {
  readonly sequence: number;
  /** The receipt that it belongs to. */
  readonly receipt: number;
  readonly store: string;
  readonly reference: string | null;
  /** `removed` by azora, or `stated` by the operator, with a note. */
  readonly how: "removed" | "stated";
  readonly note: string | null;
  readonly operator: string;
  readonly statedAt: Date;
  readonly previousHash: string | null;
}

/** What stays of a purged tenant. */
export interface Receipt extends Link {
  readonly sequence: number;
  readonly accountId: string;
  readonly slug: string;
  readonly reason: string | null;
  readonly requestedBy: string | null;
  /** When it was scheduled; null for one at once. */
  readonly requestedAt: Date | null;
  readonly approvedBy: readonly Approval[];
  /** The login that purged. */
  readonly operator: string;
  readonly startedAt: Date;
  readonly purgedAt: Date;
  /** Until when backups may still hold the tenant; null where the setting purge.backup_days isn't made. */
  readonly backupsUntil: Date | null;
  /** Rows deleted, by table, as the database counted them going. */
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
  /** Tables with an account's column that the database's owner could not look into. */
  readonly unread: readonly string[];
  /** Null where nobody said: a purge by SQL. */
  readonly outsideStores: readonly StoreOutcome[] | null;
  /** The last line of the tenant's audit log. */
  readonly lastAudit: { readonly id: string; readonly occurredAt: string } | null;
  /** The last checkpoint of the tenant's audit log; null where logs have none. */
  readonly auditCheckpoint: string | null;
  /** Fingerprint of the schema that the rows were deleted from, hex. */
  readonly schema: string;
  /** The azora that purged, as it says itself; null for SQL. */
  readonly toolVersion: string | null;
  readonly previousHash: string | null;
  /** What was said since, in order. */
  readonly addenda: readonly Addendum[];
  /** Stores that nobody has yet said to be done. */
  readonly pending: readonly string[];
  /** Signed, and no store is pending or unknown. */
  readonly complete: boolean;
}

interface PurgePayload extends Omit<Receipt, keyof Link | "addenda" | "pending" | "complete" | Times> {
  readonly approvedBy: readonly { readonly operator: string; readonly at: string }[];
  readonly requestedAt: string | null;
  readonly startedAt: string;
  readonly purgedAt: string;
  readonly backupsUntil: string | null;
}

type Times = "approvedBy" | "requestedAt" | "startedAt" | "purgedAt" | "backupsUntil";

interface StorePayload extends Omit<Addendum, keyof Link | "statedAt"> {
  readonly statedAt: string;
}

/** Reads a receipt and what was said of it since; nothing but what is signed is taken from them. */
export function readReceipt(link: Link, addenda: readonly Link[]): Receipt {
  const said = JSON.parse(link.payload) as PurgePayload;
  const later = addenda.map(readAddendum);
  const { outsideStores, approvedBy, requestedAt, backupsUntil } = said;
  const pending = (outsideStores ?? [])
    .filter(({ name, state }) => state === "pending" && !later.some(({ store }) => store === name))
    .map(({ name }) => name);
  return {
    ...only(link),
    sequence: said.sequence,
    accountId: said.accountId,
    slug: said.slug,
    reason: said.reason,
    requestedBy: said.requestedBy,
    requestedAt: requestedAt === null ? null : new Date(requestedAt),
    approvedBy: approvedBy.map(({ operator, at }) => ({ operator, at: new Date(at) })),
    operator: said.operator,
    startedAt: new Date(said.startedAt),
    purgedAt: new Date(said.purgedAt),
    backupsUntil: backupsUntil === null ? null : new Date(backupsUntil),
    counts: said.counts,
    total: said.total,
    unread: said.unread,
    outsideStores,
    lastAudit: said.lastAudit,
    auditCheckpoint: said.auditCheckpoint,
    schema: said.schema,
    toolVersion: said.toolVersion,
    previousHash: said.previousHash,
    addenda: later,
    pending,
    complete: link.signature !== null && outsideStores !== null && pending.length === 0,
  };
}

export function readAddendum(link: Link): Addendum {
  const said = JSON.parse(link.payload) as StorePayload;
  const { sequence, receipt, store, reference, how, note, operator, statedAt, previousHash } = said;
  return {
    ...only(link),
    ...{ sequence, receipt, store, reference, how, note, operator, statedAt: new Date(statedAt), previousHash },
  };
}

/** The link alone, of whatever holds one. */
export function only({ payload, hash, keyId, signature }: Link): Link {
  return { payload, hash, keyId, signature };
}
