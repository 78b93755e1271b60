import type { ControlConnection } from "./connection.js";
import { listReceipts } from "./read-receipts.js";

/** How long a purge will take, and what that is concluded from. */
export interface PurgeEstimate {
  readonly seconds: number;
  /** Earlier purges here; or, where there were none of some size, the figures of docs/performance.md. */
  readonly from: "receipts" | "reference";
}

/** Smaller purges say more of round trips than of rows. */
const TELLING_ROWS = 10_000;
/** Rows a second as measured on two cores, see docs/performance.md: whoever has none of its own starts with these. */
const REFERENCE = { sweep: 250_000, cascade: 60_000 } as const;

/**
 * Estimates a purge by the pace of the last ones.
 * @param rows how many will go
 * @param sweeps whether tables are emptied whole, or row by row by the cascade
 * @throws AzoraError NOT_PERMITTED
 */
export async function estimatePurge(
  connection: ControlConnection,
  { rows, sweeps }: { readonly rows: number; readonly sweeps: boolean },
): Promise<PurgeEstimate> {
  const { receipts } = await listReceipts(connection, { limit: 100 });
  const paces = receipts
    .filter(({ total }) => total >= TELLING_ROWS)
    .map(({ total, startedAt, purgedAt }) => total / Math.max(0.001, (purgedAt.getTime() - startedAt.getTime()) / 1000))
    .sort((one, other) => one - other);
  const usual = paces[Math.floor(paces.length / 2)];
  const pace = usual ?? REFERENCE[sweeps ? "sweep" : "cascade"];
  return { seconds: rows / pace, from: usual === undefined ? "reference" : "receipts" };
}
