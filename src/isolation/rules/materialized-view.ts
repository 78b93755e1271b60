import type { Rule } from "../rule.js";
import { relationsByName } from "../tenancy.js";
import { isView, tenantViews } from "../views.js";
import { isReachable } from "./rights.js";

export const materializedView: Rule = {
  id: "materialized-view",
  title: "No materialized view keeps tenants' rows.",
  severity: "high",
  check(facts) {
    const views = facts.catalog.relations.filter(isView);
    const findings = [...tenantViews(facts)]
      .flatMap((name) => relationsByName(facts).get(name) ?? [])
      .filter(({ kind }) => kind === "materialized view")
      .map((each) => ({
        object: `materialized view ${each.name}`,
        severity: isReachable(each, facts) ? ("critical" as const) : ("medium" as const),
        allows: isReachable(each, facts)
          ? "It has no row security: whoever may read it sees the rows of every tenant."
          : "Rows of a purged account stay in it, and it has no row security for the day when somebody may read it.",
        evidence: `reads ${each.reads.join(", ")}`,
        fix: `DROP MATERIALIZED VIEW ${each.name};`,
      }));
    return { checked: views.length, findings };
  },
};
