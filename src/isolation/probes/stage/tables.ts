import type { Catalog, Relation } from "../../catalog/catalog.js";
import type { Target } from "../../target.js";

/** A table whose rows belong to accounts. */
export interface TenantTable {
  /** Qualified, as it stands in a statement. */
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

/** Sorts a catalog's tables by what the target says of them. Partitions are reached through their parents and by a probe of their own. */
export function tablesOf(catalog: Catalog, target: Target): Tables {
  const tenant: TenantTable[] = [];
  const without: Relation[] = [];
  for (const relation of catalog.relations) {
    if (relation.kind !== "table" && relation.kind !== "partitioned table") continue;
    if (relation.isPartition || relation.parents.length > 0 || relation.extension !== null) continue;
    if (!target.schemas.includes(relation.schema) || isExempt(relation, target)) continue;
    const account = accountColumn(relation, target);
    if (relation.columns.some(({ name }) => name === account)) tenant.push({ name: relation.name, account, relation });
    else without.push(relation);
  }
  return { tenant, without, accounts: catalog.relations.find(({ name }) => name === target.accounts.table) };
}

function accountColumn({ name }: Relation, { accountColumns, accountColumn: usual, accounts }: Target): string {
  return accountColumns[name] ?? (name === accounts.table ? accounts.key : usual);
}

function isExempt({ name }: Relation, { exemptions }: Target): boolean {
  return exemptions.some(({ object, rule }) => {
    if (rule !== undefined) return false;
    return object.endsWith("*") ? `table ${name}`.startsWith(object.slice(0, -1)) : object === `table ${name}`;
  });
}
