import type { Prisma } from "../generated/control/client.js";
import type { ControlConnection } from "./connection.js";

/** The part of the client that works inside a transaction. */
export type ControlTransaction = Prisma.TransactionClient;

/** A purge of millions of rows is one transaction; Prisma's own limit is 5 seconds, and 2 until it has begun. */
export const PATIENT = { timeout: 24 * 60 * 60 * 1000, maxWait: 10_000 };

class RolledBack extends Error {
  constructor(readonly result: unknown) {
    super("rolled back on purpose");
  }
}

/**
 * Runs `work` in one transaction. A dry run is the real thing, rolled back at its end: it
 * refuses what the real one would refuse, and its result is what the real one would give.
 */
export async function inTransaction<T>(
  { client, request }: ControlConnection,
  dryRun: boolean,
  work: (tx: ControlTransaction) => Promise<T>,
  isolationLevel?: "RepeatableRead",
): Promise<T> {
  try {
    return await client.$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT FROM control.begin_request(${request.id}, ${request.command})`;
        const result = await work(tx);
        if (dryRun) throw new RolledBack(result);
        return result;
      },
      { ...PATIENT, ...(isolationLevel && { isolationLevel }) },
    );
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T;
    throw error;
  }
}
