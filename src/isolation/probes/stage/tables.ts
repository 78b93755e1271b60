import type { Relation } from "../../catalog/catalog.js";
import type { Facts } from "../../rule.js";
import { tenantTables } from "../../tenancy.js";

/** A table whose rows belong to accounts, as statements name it. */
export interface TenantTable {
  /** Qualified. */
  readonly name: string;
  /** The account's column, bare. */
  readonly account: string;
  readonly relation: Relation;
}

export interface Tables {
  readonly tenant: readonly TenantTable[];
  readonly accounts: Relation | undefined;
  /** Tables that should have the account's column and don't. */
  readonly without: readonly Relation[];
}

/** What there is to probe. Partitions and children are filled through their parents, and have a probe of their own. */
export function tablesOf(facts: Facts): Tables {
  const tables = tenantTables(facts).filter(({ table }) => table.kind !== "foreign table" && table.parents.length === 0);
  const carries = ({ table, account }: (typeof tables)[number]) => table.columns.some(({ name }) => name === account);
  return {
    tenant: tables.filter(carries).map(({ table, account }) => ({ name: table.name, account, relation: table })),
    without: tables.filter((each) => !carries(each)).map(({ table }) => table),
    accounts: facts.catalog.relations.find(({ name }) => name === facts.target.accounts.table),
  };
}
