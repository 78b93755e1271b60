import { objectOf } from "../names.js";
import type { Rule } from "../rule.js";

export const foreignTable: Rule = {
  id: "foreign-table",
  title: "No table lies on another server, where no policy and no purge of this database reaches.",
  severity: "high",
  check({ catalog }) {
    const findings = catalog.relations
      .filter(({ kind }) => kind === "foreign table")
      .map((table) => ({
        object: objectOf(table),
        allows: "A foreign table has no row security, no keys and no cascade.",
        evidence: `columns: ${table.columns.map(({ name }) => name).join(", ")}`,
        fix: `DROP FOREIGN TABLE ${table.name};`,
      }));
    return { checked: catalog.relations.length, findings };
  },
};
