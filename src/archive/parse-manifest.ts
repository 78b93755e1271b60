import { AzoraError } from "../errors.js";
import { type ArchivedTable, type ColumnShape, fingerprintOf, type Manifest, type Part } from "./manifest.js";

/** The longest row, as a line of JSON: 128 MiB. PostgreSQL and this process both have to hold one. */
export const LONGEST_LINE = 128 * 1024 * 1024;

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string" && value.length <= 10_000;
const flag: Check = (value) => typeof value === "boolean";
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const upTo =
  (most: number): Check =>
  (value) =>
    count(value) && (value as number) <= most;
const hash: Check = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(fields).every(
      ([name, check]) => Object.hasOwn(value, name) && check((value as Record<string, unknown>)[name]),
    );

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const column = record({
  name: text,
  type: text,
  nullable: flag,
  generated: flag,
  labels: (value) => value === null || listOf(text)(value),
} satisfies Record<keyof ColumnShape, Check>);

const part = record({
  path: (value) => text(value) && /^data\/[\w.-]+\/\d{6}\.ndjson\.gz$/.test(value as string),
  // Compressed it may be a little longer than what it was.
  bytes: upTo(LONGEST_LINE + 1024 * 1024),
  sha256: hash,
  textBytes: upTo(LONGEST_LINE),
  rows: count,
} satisfies Record<keyof Part, Check>);

const table = record({
  name: text,
  accountColumn: text,
  partitioned: flag,
  key: listOf(text),
  columns: listOf(column),
  rows: count,
  parts: listOf(part),
} satisfies Record<keyof ArchivedTable, Check>);

const manifest = record({
  format: (value) => value === 1,
  kind: (value) => value === "tenant",
  azora: text,
  exportedAt: (value) => text(value) && !Number.isNaN(Date.parse(value as string)),
  snapshot: text,
  keyId: text,
  account: record({ id: (value) => text(value) && UUID.test(value as string), slug: text, name: text, contactEmail: text }),
  schema: hash,
  rows: count,
  tables: listOf(table),
} satisfies Record<keyof Manifest, Check>);

/**
 * Reads a manifest, of which nothing is believed before it is looked at: whoever signed it may be hostile too.
 * @throws AzoraError INVALID_INPUT
 */
export function parseManifest(json: string, file: string): Manifest {
  const value = parse(json, file);
  if ((value as Partial<Manifest> | null)?.format !== 1) {
    throw new AzoraError("INVALID_INPUT", `${file} is of a format that this azora doesn't know.`, { hint: "Update azora." });
  }
  if (!manifest(value)) throw new AzoraError("INVALID_INPUT", `The manifest of ${file} is not one of a tenant's archive.`);
  const found = value as Manifest;
  const wrong = contradictionIn(found);
  if (wrong) throw new AzoraError("INVALID_INPUT", `The manifest of ${file} contradicts itself: ${wrong}.`);
  return found;
}

function contradictionIn({ tables, rows, schema }: Manifest): string | undefined {
  const sum = (counted: readonly { readonly rows: number }[]) => counted.reduce((total, each) => total + each.rows, 0);
  if (new Set(tables.map(({ name }) => name)).size < tables.length) return "it has a table twice";
  if (rows !== sum(tables) || tables.some((each) => each.rows !== sum(each.parts))) return "its rows don't add up";
  return fingerprintOf(tables) === schema ? undefined : "its schema is not that of its tables";
}

function parse(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `The manifest of ${file} is no JSON.`, { cause: error });
  }
}
