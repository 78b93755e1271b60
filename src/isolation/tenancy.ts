import type { Relation } from "./catalog/catalog.js";
import { covers } from "./exempt.js";
import { objectOf } from "./names.js";
import { remember } from "./remember.js";
import type { Facts } from "./rule.js";

/** A table whose rows belong to accounts. */
export interface TenantTable {
  readonly table: Relation;
  /** The column that says to which; it may be missing. */
  readonly account: string;
  /** A log that nobody changes and only the guard's functions write. */
  readonly appendOnly: boolean;
}

const TABLES: readonly string[] = ["table", "partitioned table", "foreign table"];

/** Schemas of the vendor's and of azora's own: what belongs to accounts there is judged by rules of its own. */
export const vendorSchemas = remember(({ catalog, target }: Facts): ReadonlySet<string> => {
  const accounts = catalog.relations.find(({ name }) => name === target.accounts.table);
  const own = [...(accounts ? [accounts.schema] : []), ...(target.guard ? ["guard", "azora"] : [])];
  return new Set(own.filter((schema) => !target.schemas.includes(schema)));
});

/** All tables of the catalog by their names. */
export const relationsByName = remember(
  ({ catalog }: Facts): ReadonlyMap<string, Relation> => new Map(catalog.relations.map((relation) => [relation.name, relation])),
);

/**
 * Every table that must be a tenant table: what is in the tenants' schemas, what was protected, what has the account's
 * column or refers to accounts wherever it is, and whatever refers to one of these in turn. Partitions and children count for themselves.
 */
export const candidates = remember((facts: Facts): readonly TenantTable[] => {
  const { catalog, target } = facts;
  const known = new Map(catalog.protectedTables.map((each) => [each.table, each]));
  const accountOf = (table: Relation) =>
    known.get(table.name)?.accountColumn ?? target.accountColumns[table.name] ?? target.accountColumn;
  const tables = catalog.relations.filter(({ kind, name }) => TABLES.includes(kind) && name !== target.accounts.table);
  const found = new Set<string>(known.keys());
  for (const table of tables) {
    if (target.schemas.includes(table.schema) && table.extension === null) found.add(table.name);
    else if (!vendorSchemas(facts).has(table.schema) && belongs(table, accountOf(table), target.accounts.table))
      found.add(table.name);
  }
  addReferring(
    found,
    tables.filter(({ schema }) => !vendorSchemas(facts).has(schema)),
  );
  return tables
    .filter(({ name }) => found.has(name))
    .map((table) => ({ table, account: accountOf(table), appendOnly: known.get(table.name)?.appendOnly ?? false }));
});

function belongs(table: Relation, account: string, accounts: string): boolean {
  return (
    table.columns.some(({ name }) => name === account) || table.constraints.some(({ references }) => references === accounts)
  );
}

/** Adds what refers to a table that was found, or inherits from one, until nothing more does. */
function addReferring(found: Set<string>, tables: readonly Relation[]): void {
  const referring = new Map<string, string[]>();
  for (const { name, constraints, parents } of tables) {
    for (const to of [...parents, ...constraints.flatMap(({ references }) => references ?? [])]) {
      referring.set(to, [...(referring.get(to) ?? []), name]);
    }
  }
  const open = [...found];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const other of referring.get(name) ?? []) {
      if (found.has(other)) continue;
      found.add(other);
      open.push(other);
    }
  }
}

/** The candidates but for those that somebody has exempted as a whole: those belong to nobody. */
export const tenantTables = remember((facts: Facts): readonly TenantTable[] => {
  const whole = facts.target.exemptions.filter(({ rule }) => rule === undefined);
  return candidates(facts).filter(({ table }) => !whole.some((exemption) => covers(exemption, objectOf(table))));
});

/** Tenant tables by their names. */
export const tenantTablesByName = remember(
  (facts: Facts): ReadonlyMap<string, TenantTable> => new Map(tenantTables(facts).map((each) => [each.table.name, each])),
);
