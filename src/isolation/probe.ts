import type { Severity } from "./finding.js";

/** Which login tries. */
export type Plane = "runtime" | "control" | "owner";

/** One thing that was tried, and what PostgreSQL answered. */
export interface Attempt {
  readonly as: Plane;
  /** The role that tried: a plane may have several logins. */
  readonly role: string;
  readonly object: string;
  readonly statement: string;
  /** `0 rows`, `42501: permission denied for table documents`. */
  readonly answer: string;
  /** `held`: as it must be. `broken`: isolation doesn't hold. `unclear`: neither could be shown. */
  readonly outcome: "held" | "broken" | "unclear";
  /** What it allows, when broken; why not, when unclear. */
  readonly note: string | null;
}

/** What a probe came to; its broken attempts are findings under its id. */
export interface ProbeResult {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly attempts: readonly Attempt[];
}
