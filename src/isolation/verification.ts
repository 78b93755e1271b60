import type { Server } from "./catalog/catalog.js";
import type { Exemption, Finding, Layer, Severity } from "./finding.js";
import type { ProbeResult } from "./probe.js";
import type { Identity } from "./probes/stage/identity.js";

/** The outcome of a run: everything that is printed, exported, reported and compared. */
export interface Verification {
  /** Of this shape. */
  readonly format: 1;
  readonly azora: string;
  readonly checkedAt: string;
  readonly server: Server | null;
  /** SHA-256 over the catalog's tables, policies, functions and rights in a fixed order. */
  readonly schemaFingerprint: string | null;
  readonly verdict: "clean" | "violations" | "undecided";
  readonly figures: Figures | null;
  readonly rules: readonly RuleResult[];
  readonly probes: readonly ProbeResult[];
  /** Whom the probes acted as, and how. */
  readonly identities: readonly Pick<Identity, "plane" | "role" | "by">[];
  readonly selfTest: readonly Breakage[] | null;
  /** Neither exempted nor in the baseline. */
  readonly findings: readonly Finding[];
  readonly accepted: readonly (Finding & { readonly reason: string; readonly until: string | null })[];
  /** Exemptions and baseline entries that matched nothing or have expired. */
  readonly stale: readonly (Exemption & { readonly why: string })[];
  /** What PostgreSQL can't close, with the reason. */
  readonly residualRisks: readonly string[];
  /** What couldn't be told, and why: the verdict is undecided, unless something was found. */
  readonly unclear: readonly string[];
}

/** The three figures of the product's page; null for what wasn't looked at. */
export interface Figures {
  readonly recordsWithAccount: Records | null;
  /** Why the records were not counted: the catalog's NOT NULL says the same of them without their number. */
  readonly notCounted: string | null;
  readonly tablesWithAccount: { readonly carrying: number; readonly total: number };
  readonly controlPlaneSelects: { readonly possible: number; readonly tried: number } | null;
  readonly cascades: { readonly cascading: number; readonly total: number };
}

/** Rows as the owner counted them, past every policy. */
export interface Records {
  readonly carrying: number;
  readonly total: number;
  readonly tables: readonly { readonly table: string; readonly carrying: number; readonly total: number }[];
}

export interface RuleResult {
  readonly id: string;
  readonly layer: Layer;
  readonly title: string;
  readonly severity: Severity;
  readonly checked: number;
  readonly found: number;
}

/** A guarantee broken on purpose, and who noticed. */
export interface Breakage {
  readonly name: string;
  readonly statement: string;
  /** Rules and probes that must go red. */
  readonly expected: readonly string[];
  readonly red: readonly string[];
  readonly seen: boolean;
}
