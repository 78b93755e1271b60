import type { Index, Relation } from "../catalog/catalog.js";
import { quoteIdentifier } from "../names.js";
import { type TableFlaw, tableRule } from "./table-rule.js";

export const keyAcrossAccounts = tableRule({
  id: "key-across-accounts",
  title: "Every unique, primary and exclusion key starts with the account.",
  severity: "medium",
  appliesTo: ({ table }) => table.kind !== "foreign table",
  flaws: ({ table, account }, facts) => [
    ...table.indexes
      .filter(
        (index) =>
          (index.unique || index.exclusion) &&
          !startsWith(
            index,
            account,
            table.constraints.map(({ definition }) => definition),
          ),
      )
      .map(
        (index): TableFlaw => ({
          // In the key, but further back: nothing is told, but it can't be found by account, nor distributed.
          severity: index.columns.includes(account) && !index.exclusion ? "low" : "medium",
          allows:
            index.columns.includes(account) && !index.exclusion
              ? "The key isn't ordered by account, so one tenant's rows aren't found by it."
              : "A violation, ON CONFLICT or an upsert tells one tenant that another has a value.",
          evidence: index.definition,
          fix: null,
        }),
      ),
    ...(facts.target.guard && !table.indexes.some(({ primary }) => primary)
      ? [
          {
            severity: "medium" as const,
            allows: "Rows can't be told apart, referred to with their account, or named in the audit log.",
            evidence: "no primary key",
            fix: canHaveKey(table, account)
              ? `ALTER TABLE ${table.name} ADD PRIMARY KEY (${quoteIdentifier(account)}, id);`
              : null,
          },
        ]
      : []),
  ],
});

function canHaveKey({ kind, columns }: Relation, account: string): boolean {
  const isPlain = (wanted: string) => columns.some(({ name, generated }) => name === wanted && !generated);
  return kind === "table" && isPlain(account) && isPlain("id");
}

/** An exclusion constraint keeps accounts apart only if it compares them for being equal. */
function startsWith(index: Index, account: string, constraints: readonly string[]): boolean {
  if (index.columns[0] !== account) return false;
  if (!index.exclusion) return true;
  const name = `"?${account.replace(/\W/g, "\\$&")}"?`;
  const isEqual = new RegExp(
    `^EXCLUDE USING \\w+ \\(${name}[^,]* WITH =[,)]|^(?:PRIMARY KEY|UNIQUE) \\(${name}, .* WITHOUT OVERLAPS\\)`,
  );
  return constraints.some((definition) => isEqual.test(definition));
}
