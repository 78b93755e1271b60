import { AzoraError } from "../errors.js";
import { VERSION } from "../version.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";
import { type OutsideStore, type Removal, removeFrom } from "./outside-stores.js";
import { findReceipt } from "./read-receipts.js";
import type { Receipt } from "./receipt.js";
import { requireSigningKey, signLink, type UnsignedLink } from "./sign-receipt.js";

export interface CompleteReceiptInput {
  /** Number, slug or account id. */
  readonly receipt: string;
  /** One store; all that are pending unless given. */
  readonly store?: string;
  /** Says by whom or how it was removed, instead of removing it. */
  readonly stated?: string;
  readonly dryRun: boolean;
}

export interface CompleteReceiptResult {
  /** Stores that are done by this. */
  readonly completed: readonly string[];
  readonly dryRun: boolean;
  readonly receipt: Receipt;
}

/**
 * Finishes what was pending in outside stores when a tenant was purged, or takes down that somebody did. The
 * receipt stays as it is; each store gets a signed addendum in the same chain.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, ILLEGAL_STEP (not pending), NOT_CONFIGURED (no key, or a
 * store that this installation doesn't use), UNREACHABLE (the store)
 */
export async function completeReceipt(
  connection: ControlConnection,
  { receipt: which, store, stated, dryRun }: CompleteReceiptInput,
): Promise<CompleteReceiptResult> {
  const receipt = await findReceipt(connection, which);
  if (store !== undefined && !(receipt.outsideStores ?? []).some(({ name }) => name === store)) {
    throw new AzoraError("NOT_FOUND", `Receipt ${receipt.sequence} knows no store "${store}".`);
  }
  const completed = receipt.pending.filter((name) => store === undefined || name === store);
  for (const name of completed) {
    const key = requireSigningKey(connection);
    const reference = receipt.outsideStores?.find((each) => each.name === name)?.reference ?? null;
    const removal = { accountId: receipt.accountId, reference };
    if (stated === undefined && !dryRun) await remove(requireStore(connection, name), removal);
    await attempt(connection, { action: "receipt.complete", accountId: receipt.accountId, slug: receipt.slug }, () =>
      inTransaction(connection, dryRun, async (tx) => {
        const [link] = await tx.$queryRaw<[UnsignedLink]>`
          SELECT a.sequence, a.payload, a.hash FROM control.complete_store(
            ${BigInt(receipt.sequence)}, ${name}, ${stated === undefined ? "removed" : "stated"}, ${stated ?? null}, ${VERSION}) a`;
        await signLink(tx, link, key);
      }),
    );
  }
  return { completed, dryRun, receipt: await findReceipt(connection, String(receipt.sequence)) };
}

function requireStore({ outsideStores }: ControlConnection, name: string): OutsideStore {
  const store = outsideStores.find((each) => each.name === name);
  if (store) return store;
  throw new AzoraError("NOT_CONFIGURED", `This installation has no way to ${name}.`, {
    hint: `Configure it; or remove the tenant there by hand, and say so with --stated "…".`,
  });
}

async function remove(store: OutsideStore, removal: Removal): Promise<void> {
  try {
    await removeFrom(store, removal);
  } catch (error) {
    if (error instanceof AzoraError) throw error;
    throw new AzoraError("UNREACHABLE", `${store.name} did not remove ${removal.reference}: ${(error as Error).message}`, {
      hint: "It is still pending; run the same command again.",
      cause: error,
    });
  }
}
