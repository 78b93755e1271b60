/** One thing to do on the way, small enough to be done on a live system. */
export interface Step {
  /** Stable from run to run: what is done and to what. */
  readonly name: string;
  readonly phase: Phase;
  /** Locks it takes and how long it holds them, for people. */
  readonly lock: string;
  /**
   * `transaction`: all statements or none. `concurrent`: one statement that can't be in a
   * transaction. `batches`: the statement again and again, each time over some pages.
   */
  readonly kind: "transaction" | "concurrent" | "batches";
  /** In a batch, $1 and $2 stand for the first row's place and the one behind the last. */
  readonly statements: readonly string[];
  /** Size of the table in pages; 0 for what isn't done in batches. */
  readonly pages: number;
}

export const PHASES = ["prepare", "backfill", "check", "index", "reference", "switch"] as const;
export type Phase = (typeof PHASES)[number];

/** Pages that one batch goes over: some ten thousand rows, locked for a second at most. */
export const PAGES_A_BATCH = 200;

/** Longest wait for a lock: while one waits, everybody behind it waits too. */
export const LOCK_TIMEOUT_MS = 3000;

type Draft = Pick<Step, "name" | "phase" | "lock"> & { readonly statements: readonly string[] };

export function transaction(draft: Draft): Step {
  return { kind: "transaction", pages: 0, ...draft };
}

export function concurrent({ statement, ...draft }: Omit<Draft, "statements"> & { readonly statement: string }): Step {
  return { kind: "concurrent", pages: 0, statements: [statement], ...draft };
}

export function batches({
  statement,
  ...draft
}: Omit<Draft, "statements" | "lock"> & { readonly statement: string; readonly pages: number }): Step {
  return { kind: "batches", statements: [statement], lock: "ROW EXCLUSIVE, and the rows of one batch at a time", ...draft };
}
