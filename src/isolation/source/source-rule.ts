import type { Finding, Severity } from "../finding.js";

/** An invariant of the application's own files. */
export interface SourceRule {
  readonly id: string;
  /** As a sentence that holds when nothing is found. */
  readonly title: string;
  readonly severity: Severity;
}

/** Where something stands: a path as it was given, and its line. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A place where a rule doesn't hold. */
export interface Fault {
  readonly rule: SourceRule;
  readonly place: Place;
  readonly allows: string;
  readonly evidence: string;
  readonly fix: string | null;
}

/** What was held against the rules, and what didn't hold. */
export interface SourceFacts {
  /** By rule id; a rule that isn't in it was held against nothing. */
  readonly checked: ReadonlyMap<string, number>;
  readonly faults: readonly Fault[];
}

/** Counts what rules look at and keeps what they find. */
export class Survey implements SourceFacts {
  readonly checked = new Map<string, number>();
  readonly faults: Fault[] = [];

  /** Says that one more thing was held against the rule. */
  count(rule: SourceRule): void {
    this.checked.set(rule.id, (this.checked.get(rule.id) ?? 0) + 1);
  }

  add(fault: Fault): void {
    this.faults.push(fault);
  }
}

export function toFinding({ rule, place, allows, evidence, fix }: Fault): Finding {
  return {
    rule: rule.id,
    layer: "source",
    severity: rule.severity,
    object: `file ${place.file}:${place.line}`,
    allows,
    evidence,
    fix,
  };
}
