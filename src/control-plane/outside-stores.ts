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

/** A store outside of the database that knows something of tenants. */
export interface OutsideStore {
  readonly name: string;
  /**
   * What the store calls this tenant; null where it has nothing of it. Asked of the database and in this
   * transaction alone: the embedded engine has no second connection.
   */
  reference(tx: Prisma.TransactionClient, accountId: string): Promise<string | null>;
  /**
   * Removes there what that reference names. It may be asked again for what is gone already, and then does
   * nothing. Whatever it throws leaves the store pending.
   */
  remove(reference: string, signal: AbortSignal): Promise<void>;
}

/** Stores that every receipt speaks of, whether this installation uses them or not. */
const KNOWN: readonly string[] = ["stripe"];

/** How long one store may take: the tenant's row is locked meanwhile. */
const REMOVAL_MS = 60_000;

/** Names of all stores that a receipt of this installation lists, in order. */
export function storeNames(stores: readonly OutsideStore[]): readonly string[] {
  return [...new Set([...KNOWN, ...stores.map(({ name }) => name)])].sort();
}

/**
 * Does each store's part of a purge. A store that can't be reached now doesn't stop it: it is pending.
 * @param onPending told why a store is
 */
export async function settleStores(
  tx: Prisma.TransactionClient,
  accountId: string,
  { stores, onPending }: { readonly stores: readonly OutsideStore[]; onPending(name: string, error: unknown): void },
): Promise<readonly StoreOutcome[]> {
  const outcomes: StoreOutcome[] = [];
  for (const name of storeNames(stores)) {
    const store = stores.find((each) => each.name === name);
    const reference = (await store?.reference(tx, accountId)) ?? null;
    let state: StoreState = store ? "done" : "not configured";
    if (store && reference !== null) {
      try {
        await removeFrom(store, reference);
      } catch (error) {
        state = "pending";
        onPending(name, error);
      }
    }
    outcomes.push({ name, state, reference });
  }
  return outcomes;
}

/** Removes it, or gives up in time. @throws whatever the store throws, or a TimeoutError */
export async function removeFrom(store: OutsideStore, reference: string): Promise<void> {
  const signal = AbortSignal.timeout(REMOVAL_MS);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  await Promise.race([store.remove(reference, signal), late]);
}
