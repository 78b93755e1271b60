import type { Constraint } from "../catalog/catalog.js";
import { quoteIdentifier } from "../names.js";
import { describe, isInForce } from "./account-key.js";
import { tableRule } from "./table-rule.js";

/** What is switched off is made anew: its triggers are on two tables, beside others that must stay as they are. */
export function mendOf(table: string, { name, definition, enforced, triggersOn }: Constraint): string {
  const constraint = quoteIdentifier(name);
  if (enforced && triggersOn) return `ALTER TABLE ${table} VALIDATE CONSTRAINT ${constraint};`;
  const whole = definition.replace(/ NOT (?:VALID|ENFORCED)\b/g, "");
  return `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}, ADD CONSTRAINT ${constraint} ${whole};`;
}

export const constraintOff = tableRule({
  id: "constraint-off",
  title: "Every constraint of a tenant table is validated, enforced and not switched off.",
  severity: "medium",
  flaws: ({ table }, { target }) =>
    table.constraints
      // The account's own key has a rule of its own, and PostgreSQL has the account's NOT NULL in one.
      .filter((each) => !isInForce(each) && each.references !== target.accounts.table && each.kind !== "not null")
      .map((each) => ({
        severity: each.kind === "foreign key" ? ("high" as const) : ("low" as const),
        allows:
          each.kind === "foreign key"
            ? "Rows may refer to what isn't there, or to another tenant's row, and stay when it goes."
            : "Rows that the constraint should keep out may be there.",
        evidence: `${each.name}: ${describe(each)}`,
        fix: mendOf(table.name, each),
      })),
});
