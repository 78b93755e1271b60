import type { Finding } from "./finding.js";
import type { ProbeResult } from "./probe.js";

/** What broke, as findings under the id of the probe that broke it. */
export function probeFindings(probes: readonly ProbeResult[]): Finding[] {
  return probes.flatMap(({ id, title, severity, attempts }) =>
    attempts
      .filter(({ outcome }) => outcome === "broken")
      .map(({ role, object, statement, answer, note }) => ({
        rule: id,
        layer: "probe" as const,
        severity,
        object,
        allows: note ?? `This doesn't hold: ${title}`,
        evidence: `as ${role}: ${statement} → ${answer}`,
        fix: null,
      })),
  );
}
