import { objectOf } from "../names.js";
import type { Rule } from "../rule.js";
import { tenantTables, vendorSchemas } from "../tenancy.js";

export const unlogged: Rule = {
  id: "unlogged",
  title: "No table of tenants, of the vendor or of the guard is unlogged.",
  severity: "medium",
  check(facts) {
    const vendor = facts.catalog.relations.filter(({ schema, kind }) => vendorSchemas(facts).has(schema) && kind === "table");
    const tables = [...tenantTables(facts).map(({ table }) => table), ...vendor];
    const findings = tables
      .filter(({ isUnlogged }) => isUnlogged)
      .map((table) => ({
        object: objectOf(table),
        allows: "A crash of the server empties it, an audit log included.",
        evidence: "UNLOGGED",
        fix: `ALTER TABLE ${table.name} SET LOGGED;`,
      }));
    return { checked: tables.length, findings };
  },
};
