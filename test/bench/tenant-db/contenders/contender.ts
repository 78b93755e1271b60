import type { Operations } from "../operations.js";

/** Databases that contenders work in: the same tables and rows, guarded in different ways. */
export type Database = "azora" | "azora-alone" | "plain" | "policy" | "bypass";

/** Where a contender works. */
export interface Place {
  /** Of the login that an application would use. */
  readonly url: string;
  readonly accountId: string;
  /** Documents of that account to read and update. */
  readonly documentIds: readonly string[];
  /** Connections, the same for all contenders. */
  readonly poolSize: number;
  readonly contextKey: { readonly id: string; readonly secret: string };
}

/** One way of keeping tenants apart, ready to be measured. */
export interface Contender {
  readonly operations: Operations;
  close(): Promise<void>;
}

export interface ContenderKind {
  readonly database: Database;
  readonly about: string;
  /** What it promises to log; nothing unless said. */
  readonly audits?: "all" | "writes";
  /** True when test/bench/package.json has to be installed for it. */
  readonly isPeer?: boolean;
  readonly open: (place: Place) => Promise<Contender>;
}
