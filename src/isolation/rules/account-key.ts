import type { Constraint, Relation } from "../catalog/catalog.js";
import { objectOf, quoteIdentifier } from "../names.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { tenantTables, vendorSchemas } from "../tenancy.js";

/** Whether a foreign key does its work: on old rows and on new ones. */
export function isInForce({ validated, enforced, triggersOn }: Constraint): boolean {
  return validated && enforced && triggersOn;
}

export const accountKey: Rule = {
  id: "account-key",
  title: "Every row goes with its account: a foreign key in force, ON DELETE CASCADE, on every path.",
  severity: "high",
  check(facts) {
    const { accounts } = facts.target;
    const tenant = tenantTables(facts).filter(({ table }) => table.kind !== "foreign table");
    const vendor = facts.catalog.relations.filter(
      ({ schema, name, constraints }) =>
        name !== accounts.table &&
        vendorSchemas(facts).has(schema) &&
        constraints.some(({ references }) => references === accounts.table),
    );
    const findings = [
      ...tenant.flatMap(({ table, account }) => flaws(table, [account], facts)),
      ...vendor.flatMap((table) => flaws(table, columnsTo(table, accounts.table), facts)),
    ];
    return { checked: tenant.length + vendor.length, findings };
  },
};

/** The vendor may call the column what it likes. */
function columnsTo({ constraints }: Relation, accounts: string): readonly string[] {
  return constraints.find(({ references }) => references === accounts)?.columns ?? [];
}

function flaws(table: Relation, columns: readonly string[], { target }: Facts): readonly Flaw[] {
  const { accounts } = target;
  const keys = table.constraints.filter(
    (each) =>
      each.kind === "foreign key" &&
      each.references === accounts.table &&
      same(each.columns, columns) &&
      same(each.referencedColumns, [accounts.key]),
  );
  if (keys.some((key) => key.onDelete === "cascade" && isInForce(key))) return [];
  const [key] = keys;
  const list = columns.map(quoteIdentifier).join(", ");
  const isComputed = table.columns.some(({ name, generated }) => generated && columns.includes(name));
  const add = `ALTER TABLE ${table.name} ADD FOREIGN KEY (${list}) REFERENCES ${accounts.table} (${quoteIdentifier(accounts.key)}) ON DELETE CASCADE;`;
  return [
    {
      object: objectOf(table),
      allows:
        key && isInForce(key)
          ? "The account can't be deleted, or its rows lose their owner instead of going with it."
          : "Rows outlive their account: a purge leaves them behind, visible to nobody and deleted by nobody.",
      evidence: key ? `${key.name}: ${describe(key)}` : `no foreign key from (${list}) to ${accounts.table}`,
      fix: isComputed ? null : key ? `ALTER TABLE ${table.name} DROP CONSTRAINT ${quoteIdentifier(key.name)}; ${add}` : add,
    },
  ];
}

/** A constraint's definition with what its definition doesn't say. */
export function describe({ definition, enforced, triggersOn }: Constraint): string {
  const off = enforced && !triggersOn ? " (its triggers are disabled)" : "";
  return `${definition}${off}`;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, at) => each === b[at]);
}
