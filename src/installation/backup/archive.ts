import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { TAR_END, tarEntry } from "../../archive/tar.js";
import { AzoraError } from "../../errors.js";
import { type BackedUpFile, MANIFEST_FILE, type Manifest, parseManifest } from "./manifest.js";

/** A part is held in memory, since its length stands in front of it. */
const PART_BYTES = 8 * 1024 * 1024;
const BLOCK = 512;

/**
 * Writes an archive (ustar) as a stream, so that its size has no limit: what is long comes in parts, the list of
 * what is in it comes last. `tar -xOf FILE --wildcards 'database.dump.*'` puts the parts together again.
 */
export class ArchiveWriter {
  readonly #files: BackedUpFile[] = [];

  /** A file that is there already. */
  *file(path: string, content: Uint8Array): Generator<Uint8Array> {
    this.#files.push({ path, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") });
    yield tarEntry({ path, content: Buffer.from(content) });
  }

  /** A stream of any length, as `path.00000`, `path.00001`, … */
  async *parts(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let held: Uint8Array[] = [];
    let bytes = 0;
    let number = 0;
    const name = () => `${path}.${String(number++).padStart(5, "0")}`;
    for await (const chunk of cut(chunks)) {
      held.push(chunk);
      bytes += chunk.length;
      if (bytes < PART_BYTES) continue;
      yield* this.file(name(), Buffer.concat(held));
      held = [];
      bytes = 0;
    }
    if (bytes > 0) yield* this.file(name(), Buffer.concat(held));
  }

  /** The end of the archive: what is in it, which `onManifest` is told as well. */
  *end(contents: Omit<Manifest, "files">, onManifest?: (manifest: Manifest) => void): Generator<Uint8Array> {
    const manifest = { ...contents, files: this.#files };
    yield tarEntry({ path: MANIFEST_FILE, content: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) });
    yield TAR_END;
    onManifest?.(manifest);
  }
}

/** A copy of a whole directory comes in one piece. */
async function* cut(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PART_BYTES) yield chunk.subarray(at, at + PART_BYTES);
  }
}

interface Place {
  readonly start: number;
  readonly bytes: number;
}

/** A backup that was opened: what it says of itself, and its files. */
export interface OpenedBackup {
  readonly file: string;
  readonly manifest: Manifest;
  /** Everything that was written as parts of this path, or under it. */
  read(path: string): AsyncIterable<Uint8Array>;
}

/**
 * Opens a backup and holds every file in it against its hash.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT for what isn't whole
 */
export async function openBackup(file: string): Promise<OpenedBackup> {
  const places = await readPlaces(file);
  const own = places.get(MANIFEST_FILE);
  if (!own) throw new AzoraError("INVALID_INPUT", `${file} is no backup of azora, or its end is missing.`);
  const manifest = parseManifest((await readAll(file, own)).toString("utf8"), file);
  for (const { path, bytes, sha256 } of manifest.files) {
    const place = places.get(path);
    if (place?.bytes === bytes && (await hashOf(file, place)) === sha256) continue;
    throw new AzoraError("INVALID_INPUT", `${file} is damaged: ${path} is not what was written.`, {
      hint: "Take another backup.",
    });
  }
  const inOrder = manifest.files.map(({ path }) => path);
  async function* read(path: string): AsyncGenerator<Uint8Array> {
    for (const name of inOrder) {
      const place = places.get(name);
      if (place && (name === path || name.startsWith(`${path}.`))) yield* stream(file, place);
    }
  }
  return { file, manifest, read };
}

/** Where each file of a tar begins, by its name. */
async function readPlaces(file: string): Promise<ReadonlyMap<string, Place>> {
  const handle = await openToRead(file);
  try {
    const places = new Map<string, Place>();
    const header = Buffer.alloc(BLOCK);
    for (let at = 0; (await handle.read(header, 0, BLOCK, at)).bytesRead === BLOCK; ) {
      const name = header.subarray(0, 100).toString("utf8").replace(/\0.*$/s, "");
      const bytes = Number.parseInt(header.subarray(124, 136).toString("latin1"), 8);
      if (name === "" || !(bytes >= 0)) break;
      places.set(name, { start: at + BLOCK, bytes });
      at += BLOCK + Math.ceil(bytes / BLOCK) * BLOCK;
    }
    return places;
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    await handle.close();
  }
}

async function openToRead(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): AzoraError {
  return new AzoraError("NOT_FOUND", `The backup ${file} can't be read.`, { cause });
}

function stream(file: string, { start, bytes }: Place): AsyncIterable<Uint8Array> {
  return bytes === 0
    ? createReadStream(file, { start, end: start }).take(0)
    : createReadStream(file, { start, end: start + bytes - 1 });
}

async function hashOf(file: string, place: Place): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream(file, place)) hash.update(chunk);
  return hash.digest("hex");
}

async function readAll(file: string, place: Place): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream(file, place)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
