import { setTimeout } from "node:timers/promises";

export interface RetryOptions {
  /**
   * How often an interactive transaction is run again when PostgreSQL gave it up for another
   * that ran at the same time (SQLSTATE 40001 and 40P01, Prisma's P2034). Default 0. What its
   * callback does outside of the database happens each time.
   */
  readonly retries?: number;
}

export type TransactionMethod = (this: unknown, work: unknown, options?: RetryOptions) => Promise<unknown>;

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1000;

/** `$transaction` with the option `retries`: waits a random time, up to twice as long each time, and runs it again. */
export function retrying($transaction: TransactionMethod): TransactionMethod {
  return async function retried(this: unknown, work, options = {}) {
    const { retries = 0, ...rest } = options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await $transaction.call(this, work, rest);
      } catch (error) {
        if (attempt > retries || typeof work !== "function" || !isConflict(error)) throw error;
        await setTimeout(Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS));
      }
    }
  };
}

function isConflict(error: unknown): boolean {
  const { code, meta } = error as { code?: unknown; meta?: { code?: unknown } };
  // A raw statement's conflict comes as P2010, with PostgreSQL's own code beside it.
  return code === "P2034" || (code === "P2010" && (meta?.code === "40001" || meta?.code === "40P01"));
}
