import { quoteIdentifier } from "../names.js";
import { isWholeIndex } from "./foreign-key-index.js";
import { tableRule } from "./table-rule.js";

export const accountIndex = tableRule({
  id: "account-index",
  title: "Every tenant table has an index that starts with the account.",
  severity: "low",
  appliesTo: ({ table, account }) => table.kind !== "foreign table" && table.columns.some(({ name }) => name === account),
  flaws: ({ table, account }) =>
    table.indexes.some((index) => isWholeIndex(index) && index.columns[0] === account)
      ? []
      : [
          {
            allows: "Every statement of one tenant reads the rows of all, and its time tells how many they are.",
            evidence: `indexes: ${table.indexes.map(({ definition }) => definition).join("; ") || "none"}`,
            fix: table.columns.some(({ name, generated }) => name === account && generated)
              ? null
              : `CREATE INDEX CONCURRENTLY ON ${table.name} (${quoteIdentifier(account)});`,
          },
        ],
});
