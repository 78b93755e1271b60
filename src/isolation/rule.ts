import type { Catalog } from "./catalog/catalog.js";
import type { Finding, Severity } from "./finding.js";
import type { Target } from "./target.js";

/** An invariant of the catalog: what every object of a kind must be. */
export interface Rule {
  readonly id: string;
  /** The invariant, as a sentence that holds when nothing is found: `Every tenant table has forced row security.` */
  readonly title: string;
  /** Findings of the rule have it unless they say otherwise. */
  readonly severity: Severity;
  check(facts: Facts): RuleAnswer;
}

/** What a rule looks at. */
export interface Facts {
  readonly catalog: Catalog;
  readonly target: Target;
}

export interface RuleAnswer {
  /** How many objects were held against it: none means that nothing was shown. */
  readonly checked: number;
  readonly findings: readonly Flaw[];
}

/** A finding before its rule is written on it; the rule's severity when it names none. */
export type Flaw = Omit<Finding, "rule" | "layer" | "severity"> & { readonly severity?: Severity };
