import { AzoraError } from "../errors.js";
import { parseJson } from "../parse-json.js";
import { count, flag, listOf, oneOf, orNull, record, type Shape, text } from "../shape.js";
import { type ArchivedTable, type ColumnShape, fingerprintOf, type Manifest, type Part } from "./manifest.js";

/** The longest row, as a line of JSON: 128 MiB. PostgreSQL and this process both have to hold one. */
export const LONGEST_LINE = 128 * 1024 * 1024;

const shortText: Shape = (value) => text(value) && (value as string).length <= 10_000;
const upTo =
  (most: number): Shape =>
  (value) =>
    count(value) && (value as number) <= most;
const hash: Shape = (value) => text(value) && /^[0-9a-f]{64}$/.test(value as string);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const column = record({
  name: shortText,
  type: shortText,
  nullable: flag,
  generated: flag,
  labels: orNull(listOf(shortText)),
} satisfies Record<keyof ColumnShape, Shape>);

const part = record({
  path: (value) => shortText(value) && /^data\/[\w.-]+\/\d{6}\.ndjson\.gz$/.test(value as string),
  // Compressed it may be a little longer than what it was.
  bytes: upTo(LONGEST_LINE + 1024 * 1024),
  sha256: hash,
  textBytes: upTo(LONGEST_LINE),
  rows: count,
} satisfies Record<keyof Part, Shape>);

const table = record({
  name: shortText,
  accountColumn: shortText,
  partitioned: flag,
  key: listOf(shortText),
  columns: listOf(column),
  rows: count,
  parts: listOf(part),
} satisfies Record<keyof ArchivedTable, Shape>);

const manifest = record({
  format: oneOf(1),
  kind: oneOf("tenant"),
  azora: shortText,
  exportedAt: (value) => shortText(value) && !Number.isNaN(Date.parse(value as string)),
  snapshot: shortText,
  keyId: shortText,
  account: record({
    id: (value) => shortText(value) && UUID.test(value as string),
    slug: shortText,
    name: shortText,
    contactEmail: shortText,
  }),
  schema: hash,
  rows: count,
  tables: listOf(table),
} satisfies Record<keyof Manifest, Shape>);

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
    return parseJson(json);
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `The manifest of ${file} is no JSON.`, { cause: error });
  }
}
