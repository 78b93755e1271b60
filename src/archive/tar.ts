/** A file of an archive. */
export interface PackedFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly content: Buffer;
}

const BLOCK = 512;
/** What the header has room for. */
const LONGEST_NAME = 100;
/** What an archive ends with. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK);

/** An archive of files that are all here, in the order of their names. @throws RangeError as tarEntry() */
export function tar(files: readonly PackedFile[]): Buffer {
  const sorted = [...files].sort((one, other) => (one.path < other.path ? -1 : 1));
  return Buffer.concat([...sorted.map(tarEntry), TAR_END]);
}

/**
 * One file of an archive in the ustar format (POSIX.1-1988), the same bytes for the same file: no owner, no clock.
 * @throws RangeError for a name that is longer than 100 bytes
 */
export function tarEntry({ path, content }: PackedFile): Buffer {
  return Buffer.concat([header(path, content.length), content, Buffer.alloc(paddingOf(content.length))]);
}

/** Bytes between a file's content and the next header. */
function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function header(path: string, size: number): Buffer {
  if (Buffer.byteLength(path) > LONGEST_NAME) throw new RangeError(`${path} is too long a name for an archive`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at);
  block.write(path, 0);
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write("0", 156);
  block.write("ustar\u000000", 257);
  block.write(`${sumOf(block).toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** The sum is taken as if its own field were spaces. */
function sumOf(block: Buffer): number {
  return block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

/** Where a file of an archive is. */
export interface TarPlace {
  readonly path: string;
  /** Of its content, in bytes from the start. */
  readonly offset: number;
  readonly size: number;
}

/** Reads `length` bytes at `offset`, fewer at the end. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

/**
 * Lists an archive without reading its contents. Takes what tarEntry() writes and nothing else: no links, directories,
 * devices or extensions, no name twice.
 * @throws RangeError saying what is wrong, and where
 */
export async function listTar(readAt: ReadAt, length: number): Promise<ReadonlyMap<string, TarPlace>> {
  const places = new Map<string, TarPlace>();
  for (let at = 0; ; ) {
    const block = await readAt(at, BLOCK);
    if (block.length < BLOCK) throw new RangeError(`it is cut short at byte ${at}`);
    if (block.every((byte) => byte === 0)) return places;
    const { path, size } = readHeader(block, at);
    const offset = at + BLOCK;
    at = offset + size + paddingOf(size);
    if (at > length) throw new RangeError(`it is cut short in ${path}`);
    if (places.has(path)) throw new RangeError(`it has ${path} twice`);
    places.set(path, { path, offset, size });
  }
}

function readHeader(block: Buffer, at: number): Pick<TarPlace, "path" | "size"> {
  const end = block.subarray(0, LONGEST_NAME).indexOf(0);
  const path = block.toString("utf8", 0, end < 0 ? LONGEST_NAME : end);
  const size = Number.parseInt(block.toString("latin1", 124, 135), 8);
  // What it would look like if it were ours: nothing in a header is taken that isn't compared.
  const isOurs = Number.isSafeInteger(size) && size >= 0 && size < 8 ** 11 && header(path, size).equals(block);
  if (!isOurs) throw new RangeError(`it has something at byte ${at} that no archive of azora has`);
  return { path, size };
}
