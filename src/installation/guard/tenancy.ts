import { accountColumns, accountsKey, directColumns, ownColumn } from "./account-columns.js";
import { type ForeignKey, type Table, typeOf } from "./catalog.js";
import type { Finding } from "./finding.js";
import type { GuardInput, Scope } from "./scope.js";

/** How rows of one table refer to rows of another, the account left out. */
export interface Link {
  readonly foreignKey: ForeignKey;
  /** None when the account is all that refers. */
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
  /** Whether the account is already part of the foreign key. */
  readonly pairsAccounts: boolean;
  /** Whether every row has such a parent. */
  readonly isRequired: boolean;
}

/** A table that is to be, or is, a tenant table. */
export interface TenantTable {
  readonly table: Table;
  readonly account: string;
  /** The way to the row's account; null where its own column says it. */
  readonly route: Link | null;
  readonly links: readonly Link[];
}

/** Which rows belong to which account, as far as the foreign keys tell. */
export interface Tenancy {
  readonly accounts: Table;
  /** The column of the accounts table that others refer to. */
  readonly key: string;
  /** The key is no uuid: a uuid stands beside it, in a column of its own. */
  readonly isMapped: boolean;
  /** The accounts table first, each behind the one that it gets its account from. */
  readonly tables: readonly TenantTable[];
  readonly findings: readonly Finding[];
}

/** A way through a reference that may be missing is taken when there is no other. */
const OPTIONAL_COST = 1000;

/** @throws AzoraError INVALID_INPUT when the accounts table has no usable key */
export function findTenancy({ accounts, tables }: Scope, input: GuardInput): Tenancy {
  const key = accountsKey(accounts, input);
  const isMapped = typeOf(accounts, key) !== "uuid";
  const columns = accountColumns(accounts, key, isMapped, tables, input);
  const linksOf = new Map(tables.map((table) => [table.name, linksFrom(table, columns)]));
  const isOwn = (table: Table) =>
    table === accounts || (!isMapped && ownColumn(table, accounts, key, input) !== undefined) || saysItself(table);

  const cost = new Map(tables.filter(isOwn).map((table) => [table.name, 0]));
  const routes = new Map<string, Link>();
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const table of tables) {
      for (const link of (linksOf.get(table.name) ?? []).filter(({ pairsAccounts }) => !pairsAccounts)) {
        const through = (cost.get(link.parent) ?? Number.POSITIVE_INFINITY) + (link.isRequired ? 1 : OPTIONAL_COST);
        if (through >= (cost.get(table.name) ?? Number.POSITIVE_INFINITY)) continue;
        cost.set(table.name, through);
        routes.set(table.name, link);
        isSettled = false;
      }
    }
  }
  const reached = tables.filter(({ name }) => cost.has(name)).sort((one, other) => costOf(one) - costOf(other));
  return {
    accounts,
    key,
    isMapped,
    tables: reached.map((table) => ({
      table,
      account: columns.get(table.name) as string,
      route: routes.get(table.name) ?? null,
      links: (linksOf.get(table.name) ?? []).filter(({ parent }) => cost.has(parent)),
    })),
    findings: [...tables.filter(({ name }) => !cost.has(name)).map(noAccount), ...tables.flatMap(severalAccounts)],
  };

  function costOf(table: Table): number {
    return table === accounts ? -1 : (cost.get(table.name) ?? 0);
  }

  /** It refers to a tenant table with its account, and always has one. */
  function saysItself(table: Table): boolean {
    const isFilled = table.columns.some(({ name, notNull }) => name === columns.get(table.name) && notNull);
    return isFilled && (table.protectedBy !== null || (linksOf.get(table.name) ?? []).some(({ pairsAccounts }) => pairsAccounts));
  }

  function severalAccounts(table: Table): Finding[] {
    const direct = isMapped ? [] : directColumns(table, accounts, key);
    const own = columns.get(table.name);
    return direct
      .filter((column) => column !== own)
      .map((column) => ({
        severity: "blocks",
        code: "SEVERAL_ACCOUNTS",
        table: table.name,
        message: `${table.name} refers to ${accounts.name} by ${direct.join(" and ")}: a row can belong to one account only.`,
        fix: `Say which with --account-column, and drop the foreign key of ${column} (its values may stay).`,
      }));
  }
}

function linksFrom(table: Table, accountOf: ReadonlyMap<string, string>): Link[] {
  const links = table.foreignKeys.flatMap((foreignKey) => {
    const theirs = accountOf.get(foreignKey.references);
    if (theirs === undefined) return [];
    const mine = accountOf.get(table.name);
    const pairs = foreignKey.columns.map((column, at) => [column, foreignKey.referencedColumns[at] as string] as const);
    const rest = pairs.filter(([column, referenced]) => column !== mine || referenced !== theirs);
    return [link(table, foreignKey, rest)];
  });
  // While a schema is being changed both the old and the new foreign key are there: one way all the same.
  return links.filter(
    (one, at) => at === links.findIndex((other) => sameWay(one, other) && one.pairsAccounts === other.pairsAccounts),
  );
}

function link(table: Table, foreignKey: ForeignKey, rest: readonly (readonly [string, string])[]): Link {
  const columns = rest.map(([column]) => column);
  return {
    foreignKey,
    columns,
    parent: foreignKey.references,
    parentColumns: rest.map(([, referenced]) => referenced),
    pairsAccounts: rest.length < foreignKey.columns.length,
    isRequired: columns.every((name) => table.columns.some((column) => column.name === name && column.notNull)),
  };
}

export function sameWay(one: Link, other: Link): boolean {
  return (
    one.parent === other.parent &&
    one.columns.join() === other.columns.join() &&
    one.parentColumns.join() === other.parentColumns.join()
  );
}

function noAccount({ name }: Table): Finding {
  return {
    severity: "blocks",
    code: "NO_ACCOUNT",
    table: name,
    message: `No foreign keys lead from ${name} to the accounts.`,
    fix: `Shared reference data stays outside and can be read by all: --exclude ${name}=REASON. Otherwise add the foreign key that says whose each row is.`,
  };
}
