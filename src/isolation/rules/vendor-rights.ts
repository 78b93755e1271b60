import { SHIPPED } from "../guard/shipped.js";
import { granteeName, objectOf, quoteIdentifier } from "../names.js";
import { describeGrant, planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { vendorSchemas } from "../tenancy.js";
import { type HeldRight, rightsOfOthers } from "./rights.js";

export const vendorRights: Rule = {
  id: "vendor-rights",
  title: "Nobody has a right on the vendor's and the guard's own tables but those that are meant.",
  severity: "high",
  check(facts) {
    const tables = facts.catalog.relations.filter(
      ({ schema, name }) => vendorSchemas(facts).has(schema) || name === facts.target.accounts.table,
    );
    const findings = tables.flatMap((table): Flaw[] =>
      rightsOfOthers(table, facts)
        .filter((right) => !isMeant(right, table.name, facts))
        .map((right) => ({
          object: objectOf(table),
          severity: table.schema === "guard" ? "critical" : "high",
          allows:
            table.schema === "guard"
              ? "Keys that sign contexts, or what the guard knows: whoever has them can be any tenant."
              : "What the vendor knows of all accounts can be read or changed past the functions that log it.",
          evidence: describeGrant(right, right.column ?? undefined),
          fix: `REVOKE ${right.right}${right.column === null ? "" : ` (${quoteIdentifier(right.column)})`} ON ${table.name} FROM ${granteeName(right.grantee)};`,
        })),
    );
    return { checked: tables.length, findings };
  },
};

/** With the guard what the migrations grant; elsewhere the vendor does as it likes, and the application reads its account. */
function isMeant({ right, column, grantee, grantable }: HeldRight, table: string, facts: Facts): boolean {
  if (grantable) return false;
  if (facts.target.guard) {
    const whole = `${right} ${table} * ${grantee}`;
    return SHIPPED.tableRights.has(whole) || SHIPPED.tableRights.has(`${right} ${table} ${column ?? "*"} ${grantee}`);
  }
  const side = planes(facts).sideOf(grantee);
  return side === "control" || (side === "runtime" && right === "SELECT" && table === facts.target.accounts.table);
}
