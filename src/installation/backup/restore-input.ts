import type { Comparison } from "./compare.js";

export interface RestoreInput {
  readonly file: string;
  /** A database of the server to restore into, made if it isn't there; null for the one that the owner's connection string names. */
  readonly into: string | null;
  /** Give logins that the cluster has already the passwords of this configuration. */
  readonly resetPasswords: boolean;
  /** What isolation:verify is to accept, as it was accepted before; null for nothing. */
  readonly baselineFile: string | null;
  readonly dryRun: boolean;
  /** Told what is under way. */
  readonly onStage?: (stage: string) => void;
}

/** What the two engines do differently: fill an empty place, and say where. */
export interface Filled {
  readonly database: string;
  /** The owner's connection string to it; undefined on the embedded engine. */
  readonly ownerUrl: string | undefined;
  readonly resetPasswords: boolean;
  readonly comparison: Comparison | null;
}
