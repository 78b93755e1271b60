import { AzoraError } from "../../errors.js";
import type { Table } from "./catalog.js";
import type { GuardInput } from "./scope.js";

const DEFAULT_COLUMN = "account_id";

/**
 * The column of the accounts table that other tables refer to.
 * @throws AzoraError INVALID_INPUT when there is none
 */
export function accountsKey(accounts: Table, { accountsKey: given, accountColumn = DEFAULT_COLUMN }: GuardInput): string {
  const primary = accounts.indexes.find(({ isPrimary }) => isPrimary)?.columns ?? [];
  const others = primary.filter((column) => column !== accountColumn);
  const key = given ?? (others.length === 0 ? primary[0] : others.length === 1 ? others[0] : undefined);
  if (key && accounts.columns.some(({ name }) => name === key)) return key;
  throw new AzoraError("INVALID_INPUT", `${accounts.name} has no key of one column that others could refer to.`, {
    hint: "Name it with --accounts-key.",
  });
}

/** The account's column of each table: its own if it has one, else the one it will get. */
export function accountColumns(accounts: Table, key: string, isMapped: boolean, tables: readonly Table[], input: GuardInput) {
  const own = (table: Table) => (isMapped ? undefined : ownColumn(table, accounts, key, input));
  const inUse = new Set(tables.filter((table) => table !== accounts).flatMap((table) => own(table) ?? []));
  const [only] = inUse;
  const added = input.accountColumn ?? (only && inUse.size === 1 ? only : DEFAULT_COLUMN);
  return new Map(tables.map((table) => [table.name, table.protectedBy ?? own(table) ?? added]));
}

export function ownColumn(table: Table, accounts: Table, key: string, { accountColumn }: GuardInput): string | undefined {
  if (table === accounts) return key;
  const direct = directColumns(table, accounts, key);
  return direct.find((column) => column === accountColumn) ?? direct[0];
}

/** Columns that refer to the accounts table's key alone. */
export function directColumns(table: Table, accounts: Table, key: string): string[] {
  const direct = table.foreignKeys.filter(
    ({ columns, references, referencedColumns }) =>
      references === accounts.name && columns.length === 1 && referencedColumns[0] === key,
  );
  return [...new Set(direct.map(({ columns }) => columns[0] as string))];
}
