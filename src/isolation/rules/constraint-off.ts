import { quoteIdentifier } from "../names.js";
import { describe, isInForce } from "./account-key.js";
import { tableRule } from "./table-rule.js";

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
        fix: each.triggersOn
          ? `ALTER TABLE ${table.name} VALIDATE CONSTRAINT ${quoteIdentifier(each.name)};`
          : `ALTER TABLE ${table.name} ENABLE TRIGGER ALL;`,
      })),
});
