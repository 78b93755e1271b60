import { tenantTablesByName } from "../tenancy.js";
import { isHiddenPart } from "./rights.js";
import { tableRule } from "./table-rule.js";

export const rowSecurity = tableRule({
  id: "row-security",
  title: "Every tenant table has row security enabled and forced, and is read through no table that has other policies.",
  severity: "critical",
  appliesTo: ({ table }) => table.kind !== "foreign table",
  flaws: ({ table }, facts) => {
    const outside = table.parents.filter((parent) => !tenantTablesByName(facts).has(parent));
    if (outside.length > 0) {
      const allows = "Whoever reads the parent reads these rows too, by the parent's policies, which aren't a tenant table's.";
      return [
        { allows, evidence: `inherits from ${outside.join(", ")}`, fix: `ALTER TABLE ${table.name} NO INHERIT ${outside[0]};` },
      ];
    }
    if (isHiddenPart(table, facts) || (table.rowSecurity && table.forceRowSecurity)) return [];
    const isOff = !table.rowSecurity;
    return [
      {
        severity: isOff ? "critical" : "high",
        allows: isOff
          ? "Whoever may read the table reads the rows of every tenant."
          : "What runs as the table's owner (views, functions, referential actions) passes by every policy.",
        evidence: `row security ${isOff ? "disabled" : "enabled"}, ${table.forceRowSecurity ? "forced" : "not forced"}`,
        fix: `ALTER TABLE ${table.name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`,
      },
    ];
  },
});
