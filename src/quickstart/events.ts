/** What the quickstart tells while it runs; whoever listens decides how it looks. */
export type QuickstartEvent =
  /** Where it works; a temporary directory is gone when the run ends. */
  | { readonly kind: "workspace"; readonly directory: string; readonly temporary: boolean }
  | { readonly kind: "chapter"; readonly number: number; readonly title: string; readonly why: string }
  /** Something slow begins. */
  | { readonly kind: "working"; readonly what: string }
  /** Something is done, or was measured. */
  | { readonly kind: "done"; readonly what: string }
  | { readonly kind: "attempt"; readonly attempt: Attempt }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] };

export type Cell = string | number;

/** One statement that was really sent, and what came back. */
export interface Attempt {
  /** Who tried it: A, B or C of the tenants, or a login. */
  readonly by: string;
  /** What for, in a few words. */
  readonly tries: string;
  /** The statement or the call, as it was sent. */
  readonly statement: string;
  readonly outcome: "refused" | "nothing" | "reached";
  /** Whether that is what azora promises. */
  readonly asPromised: boolean;
  /** SQLSTATE, Prisma's code or azora's own; null when there was no error. */
  readonly code: string | null;
  /** The database's words, or how many rows. */
  readonly answer: string;
}
