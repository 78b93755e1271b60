import type { Exemption, Finding } from "./finding.js";

/** Findings apart from those that a person has accepted. */
export interface SortedFindings {
  readonly open: readonly Finding[];
  readonly accepted: readonly (Finding & { readonly reason: string })[];
  /** Exemptions that no finding met: what they excused is gone, or was never there. */
  readonly stale: readonly Exemption[];
}

/** Whether an exemption is meant for an object: by its whole name, or by its beginning before a `*`. */
export function covers(exemption: Exemption, object: string): boolean {
  const { object: pattern } = exemption;
  return pattern.endsWith("*") ? object.startsWith(pattern.slice(0, -1)) : object === pattern;
}

/** Takes what was accepted out of what was found. */
export function sortFindings(findings: readonly Finding[], exemptions: readonly Exemption[]): SortedFindings {
  const used = new Set<Exemption>();
  const open: Finding[] = [];
  const accepted: (Finding & { readonly reason: string })[] = [];
  for (const finding of findings) {
    const matching = exemptions.filter((each) => covers(each, finding.object) && (each.rule ?? finding.rule) === finding.rule);
    for (const exemption of matching) used.add(exemption);
    const [first] = matching;
    if (first) accepted.push({ ...finding, reason: first.reason });
    else open.push(finding);
  }
  return { open, accepted, stale: exemptions.filter((each) => !used.has(each)) };
}
