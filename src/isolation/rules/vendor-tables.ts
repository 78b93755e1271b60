import { SHIPPED } from "../guard/shipped.js";
import { objectOf } from "../names.js";
import type { Rule } from "../rule.js";
import { vendorSchemas } from "../tenancy.js";

export const vendorTables: Rule = {
  id: "vendor-tables",
  title: "The control plane and the guard hold the tables that this version ships, and no other relation.",
  severity: "medium",
  check(facts) {
    if (!facts.target.guard) return { checked: 0, findings: [] };
    const relations = facts.catalog.relations.filter(
      ({ schema, kind }) => vendorSchemas(facts).has(schema) && kind !== "sequence",
    );
    const findings = relations
      .filter(({ name, schema }) => !SHIPPED.tables.has(name) && !(schema === "azora" && name === "azora._prisma_migrations"))
      .map((relation) => ({
        object: objectOf(relation),
        allows: "A copy of tenants' rows, or a way to them, where no policy and no purge looks for one.",
        evidence: `not in the migrations; columns: ${relation.columns.map(({ name }) => name).join(", ")}`,
        fix: null,
      }));
    return { checked: relations.length, findings };
  },
};
