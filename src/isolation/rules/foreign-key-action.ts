import type { Constraint } from "../catalog/catalog.js";
import { tenantTablesByName } from "../tenancy.js";
import { tableRule } from "./table-rule.js";

export const foreignKeyAction = tableRule({
  id: "foreign-key-action",
  title: "No foreign key empties or resets the account's column.",
  severity: "high",
  flaws: ({ table, account }, facts) =>
    table.constraints
      .filter(
        (key) => key.kind === "foreign key" && tenantTablesByName(facts).has(key.references ?? "") && sets(key).includes(account),
      )
      .map((key) => ({
        allows:
          "Deleting or changing the row that is referred to takes the account from this one, or fails: a purge can be stopped by it.",
        evidence: `${key.name}: ${key.definition}`,
        fix: null,
      })),
});

/** Columns that a foreign key writes by itself. ON DELETE may name a part of them. */
function sets({ columns, definition, onDelete, onUpdate }: Constraint): readonly string[] {
  if (onUpdate?.startsWith("set")) return columns;
  if (!onDelete?.startsWith("set")) return [];
  const named = / ON DELETE SET (?:NULL|DEFAULT) \(([^)]*)\)/.exec(definition)?.[1];
  if (named === undefined) return columns;
  return named.split(", ").map((name) => name.replace(/^"(.*)"$/, "$1").replaceAll('""', '"'));
}
