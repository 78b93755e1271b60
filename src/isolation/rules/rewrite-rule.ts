import { objectOf, quoteIdentifier } from "../names.js";
import type { Rule } from "../rule.js";

export const rewriteRule: Rule = {
  id: "rewrite-rule",
  title: "No rule rewrites statements.",
  severity: "high",
  check({ catalog }) {
    const findings = catalog.relations
      .filter(({ extension }) => extension === null)
      .flatMap((relation) =>
        relation.rules
          .filter(({ enabled }) => enabled)
          .map((rule) => ({
            object: objectOf(relation),
            allows:
              "What a statement does is decided with the rights of the relation's owner, and rows can be copied on the way.",
            evidence: rule.definition,
            fix: `DROP RULE ${quoteIdentifier(rule.name)} ON ${relation.name};`,
          })),
      );
    return { checked: catalog.relations.length, findings };
  },
};
