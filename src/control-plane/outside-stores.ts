import type { Prisma } from "../generated/control/client.js";

/** What became of what a store outside of the database has of a tenant. */
export type StoreState = "done" | "pending" | "not configured";

/** One store, as a receipt lists it. */
export interface StoreOutcome {
  readonly name: string;
  readonly state: StoreState;
  /** What the store calls the tenant (`cus_…`): needed to finish there when the tenant is gone here. */
  readonly reference: string | null;
}

/** What is known here of a tenant in a store. */
export interface StoreEntry {
  /** What the store calls it; null where it has nothing of it. */
  readonly reference: string | null;
  /** Whether everything that had to end there has ended; left out where only the store itself could say. */
  readonly settled?: boolean;
}

/** A tenant to be removed: its row here may be gone by then. */
export interface Removal {
  readonly accountId: string;
  readonly reference: string | null;
}

/** A store outside of the database that knows something of tenants. */
export interface OutsideStore {
  readonly name: string;
  /**
   * What is known here of a tenant there; null where this installation doesn't use the store. Asked of the
   * database and by this client alone, inside the purge's transaction as well.
   */
  find(db: Prisma.TransactionClient, accountId: string): Promise<StoreEntry | null>;
  /**
   * Removes the tenant there. It may be asked again for what is gone already, and then does nothing. Whatever it
   * throws leaves the store pending.
   */
  remove(removal: Removal, signal: AbortSignal): Promise<void>;
}

/** Stores that have removed a tenant, and what each called it: that may be forgotten here by then. */
type Removed = ReadonlyMap<string, string | null>;

/** Stores that every receipt speaks of, whether this installation uses them or not. */
const KNOWN: readonly string[] = ["stripe"];

/** How long one store may take. */
const REMOVAL_MS = 60_000;

/** Names of all stores that a receipt of this installation lists, in order. */
export function storeNames(stores: readonly OutsideStore[]): readonly string[] {
  return [...new Set([...KNOWN, ...stores.map(({ name }) => name)])].sort();
}

/**
 * Does each store's part of a purge, before its transaction: nothing is locked while another company answers. A
 * store that can't be reached now doesn't stop the purge: it will be pending.
 * @param onPending told why a store is
 * @returns the stores that have removed the tenant, with what they called it
 */
export async function emptyStores(
  db: Prisma.TransactionClient,
  accountId: string,
  { stores, onPending }: { readonly stores: readonly OutsideStore[]; onPending(name: string, error: unknown): void },
): Promise<Removed> {
  const removed = new Map<string, string | null>();
  for (const store of stores) {
    const entry = await store.find(db, accountId);
    if (!entry || entry.settled || (entry.settled === undefined && entry.reference === null)) continue;
    try {
      await removeFrom(store, { accountId, reference: entry.reference });
      removed.set(store.name, entry.reference);
    } catch (error) {
      onPending(store.name, error);
    }
  }
  return removed;
}

/** What the receipt says of each store, in the purge's transaction: what was begun there since then counts. */
export async function storeOutcomes(
  tx: Prisma.TransactionClient,
  accountId: string,
  { stores, removed }: { readonly stores: readonly OutsideStore[]; readonly removed: Removed },
): Promise<readonly StoreOutcome[]> {
  const outcomes: StoreOutcome[] = [];
  for (const name of storeNames(stores)) {
    const entry = (await stores.find((each) => each.name === name)?.find(tx, accountId)) ?? null;
    const isDone = entry?.settled ?? (entry?.reference === null || removed.has(name));
    const state: StoreState = !entry ? "not configured" : isDone ? "done" : "pending";
    outcomes.push({ name, state, reference: entry?.reference ?? removed.get(name) ?? null });
  }
  return outcomes;
}

/** Removes it, or gives up in time. @throws whatever the store throws, or a TimeoutError */
export async function removeFrom(store: OutsideStore, removal: Removal): Promise<void> {
  const signal = AbortSignal.timeout(REMOVAL_MS);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  await Promise.race([store.remove(removal, signal), late]);
}
