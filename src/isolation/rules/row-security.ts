import { isHiddenPart } from "./rights.js";
import { tableRule } from "./table-rule.js";

export const rowSecurity = tableRule({
  id: "row-security",
  title: "Every tenant table has row security enabled and forced.",
  severity: "critical",
  appliesTo: ({ table }, facts) => table.kind !== "foreign table" && !isHiddenPart(table, facts),
  flaws: ({ table }) => {
    if (table.rowSecurity && table.forceRowSecurity) return [];
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
