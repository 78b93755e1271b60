import { objectOf } from "../names.js";
import type { Rule } from "../rule.js";
import { relationsByName, tenantTables } from "../tenancy.js";

/** An index is believed when it says which rows an account has: nobody looks at the rows again. */
export const indexOperatorClass: Rule = {
  id: "index-operator-class",
  title: "Every index of a tenant table compares as PostgreSQL, or an extension, does.",
  severity: "critical",
  check(facts) {
    const accounts = relationsByName(facts).get(facts.target.accounts.table);
    const tables = [...tenantTables(facts).map(({ table }) => table), ...(accounts ? [accounts] : [])];
    const indexes = tables.flatMap((table) => table.indexes.map((index) => ({ table, index })));
    const findings = indexes
      .filter(({ index }) => index.ownClasses.length > 0)
      .map(({ table, index }) => ({
        object: objectOf(table),
        allows:
          "What the index takes for equal is found as equal: one account's rows as another's, past the policy, or one value for a key's other.",
        evidence: `${index.definition} compares by ${index.ownClasses.join(", ")}`,
        fix: `DROP INDEX ${index.name};`,
      }));
    return { checked: indexes.length, findings };
  },
};
