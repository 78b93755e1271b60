import type { Constraint, Index } from "../catalog/catalog.js";
import { quoteIdentifier } from "../names.js";
import { tenantTablesByName } from "../tenancy.js";
import { tableRule } from "./table-rule.js";

/** Whether PostgreSQL can find every row of some values of its leading columns by it. */
export function isWholeIndex({ valid, predicate, definition }: Index): boolean {
  return valid && predicate === null && / USING btree /.test(definition);
}

export const foreignKeyIndex = tableRule({
  id: "foreign-key-index",
  title: "Every foreign key to a tenant table or to accounts has an index on the side that refers.",
  severity: "medium",
  appliesTo: ({ table }) => table.kind !== "foreign table",
  flaws: ({ table }, facts) =>
    table.constraints
      .filter(
        (key) =>
          key.kind === "foreign key" &&
          (key.references === facts.target.accounts.table || tenantTablesByName(facts).has(key.references ?? "")) &&
          !table.indexes.some((index) => isWholeIndex(index) && leads(index, key)),
      )
      .map((key) => ({
        allows: "Deleting one row that is referred to reads this whole table: a purge takes hours, with its locks held.",
        evidence: `${key.name}: ${key.definition}; no whole index starts with ${key.columns.join(", ")}`,
        fix: `CREATE INDEX CONCURRENTLY ON ${table.name} (${key.columns.map(quoteIdentifier).join(", ")});`,
      })),
});

/** Whether the first columns of an index are a key's columns, in whatever order. */
function leads(index: Index, { columns }: Constraint): boolean {
  const first = index.columns.slice(0, columns.length);
  return columns.every((column) => first.includes(column));
}
