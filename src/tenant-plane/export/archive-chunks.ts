import {
  type ArchivedAccount,
  type ArchivedTable,
  fingerprintOf,
  MANIFEST_PATH,
  type Manifest,
  type Part,
  README_PATH,
  SIGNATURE_PATH,
  type SignedManifest,
  signManifest,
  type TableShape,
} from "../../archive/manifest.js";
import { LONGEST_LINE } from "../../archive/parse-manifest.js";
import { packPart } from "../../archive/part.js";
import { readme } from "../../archive/readme.js";
import { TAR_END, tarEntry } from "../../archive/tar.js";
import type { Lines } from "../../database/wire/copy-out.js";
import { AzoraError } from "../../errors.js";
import type { SigningKey } from "../../signing.js";
import { VERSION } from "../../version.js";

/** Lines are packed in pieces of about this size: what is held in memory, and what one INSERT brings back. */
const PART_BYTES = 4 * 1024 * 1024;

export interface ArchiveSource {
  readonly account: ArchivedAccount;
  readonly tables: readonly TableShape[];
  readonly snapshot: string;
  lines(table: TableShape): AsyncIterable<Lines>;
}

export interface ArchiveOptions {
  readonly key: SigningKey;
  /** Told of each table, and how many rows are packed by then. */
  readonly onRows: (table: string, rows: number) => void;
  /** Told when the last byte is made. */
  readonly onEnd: (manifest: Manifest, signed: SignedManifest) => void;
}

/** The bytes of an archive, in memory that doesn't grow with it: the manifest is last, because it has the hashes. */
export async function* archiveChunks(source: ArchiveSource, { key, onRows, onEnd }: ArchiveOptions): AsyncGenerator<Buffer> {
  const { account, snapshot } = source;
  const exportedAt = new Date().toISOString();
  const archived: ArchivedTable[] = [];
  let total = 0;
  yield file(README_PATH, readme(account.slug, exportedAt));
  for (const [at, table] of source.tables.entries()) {
    const parts: Part[] = [];
    // One part is packed while the next is read.
    let packing: ReturnType<typeof packPart> | undefined;
    const packed = async (): Promise<Buffer[]> => {
      if (!packing) return [];
      const { part, file: content } = await packing;
      parts.push(part);
      total += part.rows;
      onRows(table.name, total);
      return [tarEntry(content)];
    };
    let number = 0;
    for await (const { text, count } of inParts(source.lines(table), table.name)) {
      yield* await packed();
      packing = packPart(`data/${folderOf(table.name, at)}/${String(++number).padStart(6, "0")}.ndjson.gz`, text, count);
    }
    yield* await packed();
    archived.push({ ...table, rows: parts.reduce((sum, { rows }) => sum + rows, 0), parts });
  }
  const schema = fingerprintOf(source.tables);
  const manifest: Manifest = {
    ...{ format: 1, kind: "tenant", azora: VERSION, exportedAt, snapshot, keyId: key.id, account, schema },
    rows: total,
    tables: archived,
  };
  const signed = signManifest(manifest, key);
  yield file(MANIFEST_PATH, signed.text);
  yield file(SIGNATURE_PATH, `${signed.signature}\n`);
  yield TAR_END;
  onEnd(manifest, signed);
}

async function* inParts(lines: AsyncIterable<Lines>, table: string): AsyncGenerator<Lines> {
  let pieces: Buffer[] = [];
  let [bytes, count] = [0, 0];
  for await (const piece of lines) {
    if (piece.text.length > LONGEST_LINE) throw tooLong(table);
    if (bytes > 0 && bytes + piece.text.length > PART_BYTES) {
      yield { text: Buffer.concat(pieces), count };
      pieces = [];
      [bytes, count] = [0, 0];
    }
    pieces.push(piece.text);
    bytes += piece.text.length;
    count += piece.count;
  }
  if (count > 0) yield { text: Buffer.concat(pieces), count };
}

function tooLong(table: string): AzoraError {
  return new AzoraError(
    "FAILURE",
    `A row of ${table} is longer than ${LONGEST_LINE / 1024 / 1024} MiB as text: an archive takes none such.`,
    {
      hint: "Keep what is so large outside of the database, or take it out with pg_dump.",
    },
  );
}

function file(path: string, text: string): Buffer {
  return tarEntry({ path, content: Buffer.from(text, "utf8") });
}

/** `03-tenant.documents`: a name that every file system takes, and that no other table has. */
function folderOf(table: string, at: number): string {
  return `${String(at + 1).padStart(2, "0")}-${table.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 60)}`;
}
