import type { Relation } from "../catalog/catalog.js";
import { SHIPPED } from "../guard/shipped.js";
import { objectOf, quoteIdentifier } from "../names.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { relationsByName, vendorSchemas } from "../tenancy.js";

export const vendorTriggers: Rule = {
  id: "vendor-triggers",
  title: "Every trigger of the control plane's tables is there, is always on, and is the one that this version ships.",
  severity: "high",
  check(facts) {
    if (!facts.target.guard) return { checked: 0, findings: [] };
    const tables = facts.catalog.relations.filter(({ schema }) => vendorSchemas(facts).has(schema));
    const findings = [...SHIPPED.triggers.flatMap((trigger) => missing(trigger, facts)), ...tables.flatMap(strange)];
    return { checked: SHIPPED.triggers.length, findings };
  },
};

function missing(shipped: (typeof SHIPPED.triggers)[number], facts: Facts): readonly Flaw[] {
  const table = relationsByName(facts).get(shipped.table);
  const found = table?.triggers.find(({ name }) => name === shipped.name);
  const events = [...shipped.events].sort().join();
  const isAsShipped =
    found?.enabled === "always" &&
    found.function === shipped.function &&
    found.timing === shipped.timing &&
    found.when === null &&
    found.columns.length === 0 &&
    [...found.events].sort().join() === events;
  if (isAsShipped) return [];
  return [
    {
      object: `table ${shipped.table}`,
      allows: "Accounts change, or go, without a line in the log, without a receipt, or by TRUNCATE.",
      evidence: found ? `${found.definition} (${found.enabled})` : `no trigger ${shipped.name}`,
      fix: found ? `ALTER TABLE ${shipped.table} ENABLE ALWAYS TRIGGER ${quoteIdentifier(shipped.name)};` : null,
    },
  ];
}

function strange(table: Relation): readonly Flaw[] {
  const own = SHIPPED.triggers.filter((each) => each.table === table.name).map(({ name }) => name);
  return table.triggers
    .filter(({ name, enabled }) => enabled !== "disabled" && !own.includes(name))
    .map((trigger) => ({
      object: objectOf(table),
      allows: "Code that azora doesn't ship runs whenever the vendor's records change.",
      evidence: trigger.definition,
      fix: `DROP TRIGGER ${quoteIdentifier(trigger.name)} ON ${table.name};`,
    }));
}
