import { quoteIdentifier } from "../names.js";
import type { Target } from "../target.js";

/** `crm."DealTag"` → `["crm", "DealTag"]`, so that names compare whichever way they are quoted. */
export function nameParts(qualified: string): string[] {
  return [...qualified.matchAll(/"((?:[^"]|"")*)"|[^".]+/g)].map(([part, quoted]) =>
    quoted === undefined ? part : quoted.replaceAll('""', '"'),
  );
}

export function sameName(one: string, other: string): boolean {
  return nameParts(one).join("\0") === nameParts(other).join("\0");
}

/** A table's qualified name, quoted where PostgreSQL needs it. */
export function qualified(schema: string, table: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

/** Whether the rows of a table belong to tenants: it is in their schemas, and nobody exempted it as a whole. */
export function isTenantTable(table: string, { schemas, exemptions }: Target): boolean {
  const [schema = ""] = nameParts(table);
  if (!schemas.includes(schema)) return false;
  return !exemptions.some(({ object, rule }) => rule === undefined && covers(object, table));
}

/** The account's column of a table; of the accounts' own table that is its key. */
export function accountColumn(table: string, { accountColumn: usual, accountColumns, accounts }: Target): string {
  if (sameName(table, accounts.table)) return accounts.key;
  const [, column = usual] = Object.entries(accountColumns).find(([name]) => sameName(name, table)) ?? [];
  return column;
}

function covers(object: string, table: string): boolean {
  const name = /^(?:table|relation|view) (.+)$/.exec(object)?.[1];
  if (name === undefined) return false;
  if (!name.endsWith("*")) return sameName(name, table);
  return nameParts(table).join(".").startsWith(name.slice(0, -1).replaceAll('"', ""));
}
