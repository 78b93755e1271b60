import type { Operation, RawSql } from "./program.js";

type Method = (args: object) => Promise<unknown>;

/** A client, or a transaction, without its types: programs write what a compiler would refuse. */
export interface Transaction {
  $queryRaw(sql: TemplateStringsArray, ...values: unknown[]): Promise<unknown>;
  $executeRaw(sql: TemplateStringsArray, ...values: unknown[]): Promise<unknown>;
  $queryRawUnsafe<Rows = unknown>(sql: string, ...values: unknown[]): Promise<Rows>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<unknown>;
}

export interface Client extends Transaction {
  $transaction(calls: readonly Promise<unknown>[], options: object): Promise<unknown[]>;
  $transaction<T>(work: (tx: Transaction) => Promise<T>, options: object): Promise<T>;
}

/** Sends one operation, every placeholder in it replaced by what it stands for. */
export function run(door: Transaction, operation: Operation, names: ReadonlyMap<string, string>): Promise<unknown> {
  if (operation.kind === "raw") return runSql(door, { ...operation, ...(named(operation, names) as RawSql) });
  const model = (door as unknown as Record<string, Record<string, Method>>)[operation.model];
  return (model?.[operation.method] as Method).call(model, named(operation.args, names) as object);
}

function runSql(door: Transaction, { door: name, sql, values }: RawSql): Promise<unknown> {
  if (name === "$queryRawUnsafe" || name === "$executeRawUnsafe") return door[name](sql, ...values);
  const parts = values.length === 0 ? [sql] : sql.split(/\$\d+(?!\d*\$)/);
  return door[name](Object.assign([...parts], { raw: parts }) as unknown as TemplateStringsArray, ...values);
}

function named(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return value.includes("<") ? fill(value, names) : value;
  if (Array.isArray(value)) return value.map((item) => named(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner, names)]));
}

function fill(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(/<[a-z ]+ \d>/g, (name) => names.get(name) ?? name);
}
