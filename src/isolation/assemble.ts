import type { BaselineEntry } from "./baseline.js";
import type { Finding, Severity } from "./finding.js";
import { type Judgement, judge } from "./judge.js";
import { probeFindings } from "./probe-findings.js";
import { RESIDUAL_RISKS } from "./residual-risks.js";
import type { Target } from "./target.js";
import type { Breakage, Verification } from "./verification.js";

/** What the layers brought, before anybody judged it. */
export type Harvest = Pick<
  Verification,
  "azora" | "checkedAt" | "server" | "schemaFingerprint" | "figures" | "rules" | "probes" | "identities" | "selfTest" | "unclear"
> & {
  /** Of the rules; those of probes are made from their attempts. */
  readonly findings: readonly Finding[];
  /** Kind and name of everything that was looked at. */
  readonly objects: ReadonlySet<string>;
  /** What comments in the source accept, and comments that accept nothing. */
  readonly inSource: Pick<Verification, "accepted" | "stale">;
};

export interface Assembled {
  readonly verification: Verification;
  /** Entries of the baseline that accepted something. */
  readonly kept: readonly BaselineEntry[];
}

/** Puts the layers' results together and decides. Nothing that was found or left open gets lost on the way. */
export function assemble(
  harvest: Harvest,
  { exemptions }: Pick<Target, "exemptions">,
  baseline: readonly BaselineEntry[],
): Assembled {
  const { objects, findings, unclear, inSource, ...rest } = harvest;
  const all = [...findings, ...probeFindings(harvest.probes)].sort(bySeverity);
  const today = harvest.checkedAt.slice(0, 10);
  const { kept, ...judgement } = judge({ findings: all, exemptions, baseline, objects, today });
  const doubts = [...unclear, ...blindSpots(harvest.selfTest ?? [])];
  const verdict = verdictOf(judgement, doubts);
  return {
    kept,
    verification: {
      ...{ format: 1, ...rest, verdict, residualRisks: RESIDUAL_RISKS, unclear: doubts },
      findings: judgement.findings,
      accepted: [...judgement.accepted, ...inSource.accepted],
      stale: [...judgement.stale, ...inSource.stale],
    },
  };
}

/** Something found is a violation whatever else couldn't be told; nothing found is clean only when all could be told. */
function verdictOf({ findings }: Omit<Judgement, "kept">, doubts: readonly string[]): Verification["verdict"] {
  if (findings.length > 0) return "violations";
  return doubts.length > 0 ? "undecided" : "clean";
}

/** A detector that stays green while its guarantee is broken proves nothing when it is green. */
function blindSpots(selfTest: readonly Breakage[]): string[] {
  return selfTest
    .filter(({ seen }) => !seen)
    .map(({ name, expected, red }) => {
      const missed = expected.filter((id) => !red.includes(id));
      return `self-test, ${name}: broken on purpose, and ${missed.join(", ") || "nobody"} did not notice`;
    });
}

const RANK: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

function bySeverity(one: Finding, other: Finding): number {
  const text = ({ layer, rule, object, evidence }: Finding) => `${layer}\n${rule}\n${object}\n${evidence}`;
  return RANK[one.severity] - RANK[other.severity] || (text(one) < text(other) ? -1 : 1);
}
