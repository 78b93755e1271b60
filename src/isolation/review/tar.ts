/** A file of an archive. */
export interface PackedFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly content: Buffer;
}

const BLOCK = 512;
/** What the header has room for. */
const LONGEST_NAME = 100;

/**
 * An archive in the ustar format (POSIX.1-1988), the same bytes for the same files: no owner, no clock, names in order.
 * @throws RangeError for a name that is longer than 100 bytes
 */
export function tar(files: readonly PackedFile[]): Buffer {
  const sorted = [...files].sort((one, other) => (one.path < other.path ? -1 : 1));
  return Buffer.concat([...sorted.map(tarEntry), END_OF_TAR]);
}

/** One file as it stands in an archive. @throws RangeError as tar() */
export function tarEntry({ path, content }: PackedFile): Buffer {
  return Buffer.concat([header(path, content.length), content, padding(content.length)]);
}

/** What an archive ends with. */
export const END_OF_TAR: Uint8Array = Buffer.alloc(2 * BLOCK);

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
  // The sum is taken as if its own field were spaces.
  block.write(" ".repeat(8), 148);
  block.write("0", 156);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}
