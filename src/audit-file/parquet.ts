import type { SchemaElement } from "hyparquet-writer";
import type { FieldType } from "../database/logs/log.js";
import { VERSION } from "../version.js";
import { type AuditSource, type RawEntry, type RawValue, rawEntries } from "./source.js";

/** Rows of a row group: what is held in memory at once. Rows of many megabytes end one earlier, see GROUP_BYTES. */
const GROUP_ROWS = 10_000;
const GROUP_BYTES = 8 * 1024 * 1024;

/** How each type is kept: as what analytical tools know it by. */
const ELEMENT: Readonly<Record<FieldType, Omit<SchemaElement, "name">>> = {
  uuid: { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, logical_type: { type: "UUID" } },
  integer: { type: "INT64" },
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  time: { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" } },
  json: { type: "BYTE_ARRAY", logical_type: { type: "JSON" } },
};

const VALUE: Readonly<Record<FieldType, (value: string | number) => unknown>> = {
  uuid: String,
  integer: BigInt,
  text: String,
  time: microseconds,
  json: (value) => Buffer.from(String(value)),
};

/** Apache Parquet, row group by row group, compressed with Snappy. */
export async function* encodeParquet(source: AuditSource): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const bytes = new ByteWriter();
  const columns = Object.entries(source.fields);
  const schema: SchemaElement[] = [
    { name: "root", num_children: columns.length },
    ...columns.map(([name, type]) => ({ ...ELEMENT[type], name, repetition_type: "OPTIONAL" as const })),
  ];
  const file = new ParquetWriter({ writer: bytes, schema, createdBy: `azora version ${VERSION}` });
  /** What was written since the last time; the writer goes on counting its place in the file. */
  const take = () => {
    const written = bytes.getBytes().slice();
    bytes.index = 0;
    return written;
  };
  for await (const rows of rowGroups(source)) {
    const columnData = columns.map(([name, type]) => ({
      name,
      data: rows.map((row) => cellOf(row[name], type)),
      // The smallest and largest JSON tell nobody anything, and may be megabytes.
      statistics: type !== "json",
    }));
    await file.write({ columnData, rowGroupSize: rows.length });
    yield take();
  }
  await file.finish();
  yield take();
}

async function* rowGroups(source: AuditSource): AsyncGenerator<RawEntry[]> {
  let group: RawEntry[] = [];
  let size = 0;
  async function* counted() {
    for await (const lines of source.lines) {
      size += lines.text.length;
      yield lines;
    }
  }
  for await (const entries of rawEntries({ ...source, lines: counted() })) {
    group.push(...entries);
    if (group.length < GROUP_ROWS && size < GROUP_BYTES) continue;
    yield group;
    [group, size] = [[], 0];
  }
  if (group.length > 0) yield group;
}

function cellOf(value: RawValue, type: FieldType): unknown {
  return value === null || value === undefined ? null : VALUE[type](value);
}

/** Since 1970, of `2026-11-23T07:49:45.416123Z`. */
function microseconds(time: string | number): bigint {
  const text = String(time);
  return BigInt(Date.parse(`${text.slice(0, 23)}Z`)) * 1000n + BigInt(text.slice(23, 26));
}
