import { type Compression, compress } from "./compress.js";
import { encodeCsv } from "./csv.js";
import { encodeOcsf } from "./ocsf.js";
import { encodeParquet } from "./parquet.js";
import type { AuditSource } from "./source.js";

export const AUDIT_FORMATS = ["jsonl", "csv", "parquet", "ocsf"] as const;

export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** Each format as bytes, in constant memory. */
const ENCODE: Readonly<Record<AuditFormat, (source: AuditSource) => AsyncGenerator<Uint8Array>>> = {
  jsonl: encodeJsonl,
  csv: encodeCsv,
  parquet: encodeParquet,
  ocsf: encodeOcsf,
};

export interface Encoding {
  readonly format: AuditFormat;
  readonly compression?: Compression | undefined;
}

export interface EncodeOptions extends Encoding {
  /** Text in front of the entries, in a format that has room for it. */
  readonly head?: string;
}

/** A log as the bytes of a file. @throws what the log's reading throws; AzoraError USAGE for a compression that Node lacks */
export function encodeAudit(source: AuditSource, { format, compression, head = "" }: EncodeOptions): AsyncGenerator<Uint8Array> {
  const bytes = behind(head, ENCODE[format](source));
  return compression ? compress(bytes, compression) : bytes;
}

async function* behind(head: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head !== "") yield Buffer.from(head);
  yield* bytes;
}

/** As the server made them. */
async function* encodeJsonl({ lines }: AuditSource): AsyncGenerator<Uint8Array> {
  for await (const { text } of lines) yield text;
}
