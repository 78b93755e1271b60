import type { BaselineEntry } from "./baseline.js";
import { covers } from "./exempt.js";
import type { Exemption, Finding } from "./finding.js";
import { subjectKey, subjectOf } from "./subject.js";
import type { Verification } from "./verification.js";

export interface JudgeInput {
  readonly findings: readonly Finding[];
  readonly exemptions: readonly Exemption[];
  readonly baseline: readonly BaselineEntry[];
  /** Kind and name of everything there is: an exemption may say what an object is before any rule minds it. */
  readonly objects: ReadonlySet<string>;
  /** UTC: `2026-11-23`. */
  readonly today: string;
}

export type Judgement = Pick<Verification, "findings" | "accepted" | "stale"> & {
  /** Entries of the baseline that accepted something. */
  readonly kept: readonly BaselineEntry[];
};

/**
 * Parts what was found into what is new and what a person has accepted. An exemption takes all that it matches; an
 * entry of the baseline takes one finding, so that a second fault of its kind doesn't slip in behind it.
 */
export function judge({ findings, exemptions, baseline, objects, today }: JudgeInput): Judgement {
  const left = baseline.filter(({ until }) => until >= today);
  const usedExemptions = new Set<Exemption>();
  const kept: BaselineEntry[] = [];
  const open: Finding[] = [];
  const accepted: Verification["accepted"][number][] = [];
  for (const finding of findings) {
    const matching = exemptions.filter((each) => matches(each, finding));
    for (const each of matching) usedExemptions.add(each);
    const [exemption] = matching;
    const key = subjectKey(subjectOf(finding));
    const at = left.findIndex((entry) => subjectKey(entry) === key);
    if (exemption) {
      accepted.push({ ...finding, reason: exemption.reason, until: null });
    } else if (at >= 0) {
      const [entry] = left.splice(at, 1) as [BaselineEntry];
      kept.push(entry);
      accepted.push({ ...finding, reason: entry.reason, until: entry.until });
    } else {
      open.push(finding);
    }
  }
  const stale = [
    ...exemptions
      .filter((each) => !usedExemptions.has(each) && !names(each, objects))
      .map((each) => ({ ...each, why: "the exemption matches nothing" })),
    ...baseline.filter(({ until }) => until < today).map((each) => ({ ...bare(each), why: `it expired after ${each.until}` })),
    ...left.map((each) => ({ ...bare(each), why: "nothing like it was found any more" })),
  ];
  return { findings: open, accepted, stale, kept };
}

function bare({ rule, object, reason }: BaselineEntry): Exemption {
  return { rule, object, reason };
}

function matches(exemption: Exemption, { rule, object }: Finding): boolean {
  return (exemption.rule ?? rule) === rule && covers(exemption, object);
}

function names(exemption: Exemption, objects: ReadonlySet<string>): boolean {
  return exemption.rule === undefined && [...objects].some((object) => covers(exemption, object));
}
