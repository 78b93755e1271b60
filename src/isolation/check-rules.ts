import type { Finding } from "./finding.js";
import type { Facts } from "./rule.js";
import { RULES } from "./rules/index.js";
import type { RuleResult } from "./verification.js";

/** What the static layer came to. */
export interface StaticResult {
  readonly results: readonly RuleResult[];
  readonly findings: readonly Finding[];
}

/**
 * Holds a catalog against every rule. Exemptions are not applied here: a finding that somebody accepted is still one
 * (see `judge`), except that a table which is exempted as a whole isn't a tenant table.
 */
export function checkRules(facts: Facts): StaticResult {
  const results: RuleResult[] = [];
  const findings: Finding[] = [];
  for (const { id, title, severity, check } of RULES) {
    const answer = check(facts);
    results.push({ id, layer: "static", title, severity, checked: answer.checked, found: answer.findings.length });
    findings.push(...answer.findings.map((flaw): Finding => ({ rule: id, layer: "static", severity, ...flaw })));
  }
  return { results, findings };
}
