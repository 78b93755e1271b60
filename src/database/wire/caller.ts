import type { ReadPermissions } from "./read-permissions.js";
import type { ReadTag } from "./read-tag.js";

/** When reads are logged; see docs/decisions/0004. */
export type ReadAudit = "sync" | "async" | "off";

/** Whose statements leave: one tenant's client. */
export interface Caller {
  /** A signed context, valid from now. */
  readonly token: () => string;
  readonly readAudit: ReadAudit;
  /** Of a user of the tenant: others may read everything. */
  readonly mayRead?: ReadPermissions;
  /** The fields of its models that a constraint is about, where they are known. */
  readonly fieldsOf: (constraint: string) => readonly string[] | undefined;
  /** Told of rows that were handed over and whose line could not be written. */
  readonly onUnlogged?: (error: Error) => void;
  /** Told of each statement when it has been answered. */
  readonly onQuery?: (event: () => QueryEvent) => void;
}

/** One statement, as Prisma's `$on("query")` tells of it. */
export interface QueryEvent {
  readonly timestamp: Date;
  readonly query: string;
  /** JSON. */
  readonly params: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly target: string;
}

/** What one Prisma engine knows at the moment when a statement leaves it. */
export interface Source {
  /** @throws when no tenant's client is being served */
  caller(): Caller;
  /** What Prisma said of this statement; undefined for BEGIN and its like, which come from the adapter. */
  takeTag(sql: string): ReadTag | undefined;
  /** A transaction has begun. @returns what to call when it has ended */
  transaction(): () => void;
  /** Remembers what is under way. @returns what it was given */
  track<T>(work: Promise<T>): Promise<T>;
  /** Rows are here whose log is still being committed. */
  onCommitting(committed: Promise<void>): void;
}
