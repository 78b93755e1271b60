import { AzoraError } from "../../errors.js";
import type { Catalog, Table } from "./catalog.js";

/** Which tables to bring under guard, and how their accounts are found. */
export interface GuardInput {
  /** Schemas to look in; the accounts table's own when empty. */
  readonly schemas: readonly string[];
  /** Tables to take; all of the schemas when empty. */
  readonly tables: readonly string[];
  /** The application's table with one row an account. */
  readonly accountsTable: string | undefined;
  /** The column of that table by which others refer to it; its primary key when not said. */
  readonly accountsKey: string | undefined;
  /** Name of the account's column in every table that doesn't have one yet. */
  readonly accountColumn: string | undefined;
  /** Tables that stay outside, each with its reason. */
  readonly exclude: Readonly<Record<string, string>>;
}

export interface Outside {
  readonly table: string;
  readonly reason: string;
}

export interface Scope {
  readonly accounts: Table;
  readonly tables: readonly Table[];
  readonly outside: readonly Outside[];
}

/** What applications usually call the table that everything belongs to. */
const USUAL_NAMES =
  /^_?(account|tenant|organi[sz]ation|org|shop|store|company|workspace|team|customer_account)(e?s)?$|^companies$/i;

/**
 * The tables that are meant, by their qualified names.
 * @throws AzoraError NOT_FOUND for a name that no table has, NEEDS_INPUT when the accounts table can't be told
 */
export function findScope(catalog: Catalog, input: GuardInput): Scope {
  const accounts = input.accountsTable ? findTable(catalog, input.accountsTable) : guessAccounts(catalog, input);
  const schemas = input.schemas.length > 0 ? input.schemas : [accounts.schema];
  const unknown = schemas.find((name) => !catalog.schemas.some((schema) => schema.name === name));
  if (unknown) throw new AzoraError("NOT_FOUND", `There is no schema "${unknown}".`, { hint: "Schemas: see \\dn in psql." });
  const named = new Set(input.tables.map((name) => findTable(catalog, name).name));
  const outside = Object.entries(input.exclude).map(([name, reason]) => ({ table: findTable(catalog, name).name, reason }));
  const excluded = new Set(outside.map(({ table }) => table));
  if (excluded.has(accounts.name)) {
    throw new AzoraError("INVALID_INPUT", `${accounts.name} is the accounts table; it can't stay outside.`);
  }
  const tables = catalog.tables.filter(
    (table) =>
      table === accounts ||
      (!excluded.has(table.name) && (named.size > 0 ? named.has(table.name) : schemas.includes(table.schema))),
  );
  return { accounts, tables, outside };
}

/** @throws AzoraError NOT_FOUND */
function findTable({ tables }: Catalog, name: string): Table {
  const found = tables.filter((table) => [table.name, `${table.schema}.${table.relation}`, table.relation].includes(name));
  const [table] = found;
  if (table && found.length === 1) return table;
  throw new AzoraError("NOT_FOUND", table ? `"${name}" is in several schemas.` : `There is no table "${name}".`, {
    hint: `Name it with its schema: ${(found.length > 0 ? found : tables).map((each) => each.name).join(", ")}.`,
  });
}

function guessAccounts(catalog: Catalog, { schemas }: GuardInput): Table {
  const looked = catalog.tables.filter(({ schema }) => schemas.length === 0 || schemas.includes(schema));
  const usual = looked.filter(({ relation }) => USUAL_NAMES.test(relation));
  const [table] = usual;
  if (table && usual.length === 1) return table;
  throw new AzoraError("NEEDS_INPUT", "Which table has one row for each account can't be told from the names.", {
    hint: `Pass --accounts-table: ${(usual.length > 0 ? usual : looked).map(({ name }) => name).join(", ")}.`,
  });
}
