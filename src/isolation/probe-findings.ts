import type { Finding } from "./finding.js";
import type { ProbeResult } from "./probe.js";

/** What broke, as findings under the id of the probe that broke it. */
export function probeFindings(probes: readonly ProbeResult[]): Finding[] {
  return probes.flatMap(({ id, title, severity, attempts }) =>
    attempts
      .filter(({ outcome }) => outcome === "broken")
      .map(({ as, object, statement, answer, note }) => ({
        rule: id,
        layer: "probe" as const,
        severity,
        object,
        allows: note ?? `This doesn't hold: ${title}`,
        evidence: `as ${as}: ${statement} → ${answer}`,
        fix: null,
      })),
  );
}

/** What a probe could show neither way, and why. */
export function unclearAttempts(probes: readonly ProbeResult[]): string[] {
  return probes.flatMap(({ id, attempts }) =>
    attempts
      .filter(({ outcome }) => outcome === "unclear")
      .map(({ object, answer, note }) => `${id}, ${object}: ${note ?? answer}`),
  );
}
