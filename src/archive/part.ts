import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { type Part, sha256 } from "./manifest.js";
import type { PackedFile } from "./tar.js";

const [compress, expand] = [promisify(gzip), promisify(gunzip)];

/** The fastest: packing shall not be what an export waits for. */
const LEVEL = 1;

/** Packs whole lines. */
export async function packPart(
  path: string,
  text: Buffer,
  rows: number,
): Promise<{ readonly part: Part; readonly file: PackedFile }> {
  const content = await compress(text, { level: LEVEL });
  const part = { path, bytes: content.length, sha256: sha256(content), textBytes: text.length, rows };
  return { part, file: { path, content } };
}

/**
 * Unpacks lines: first it is sure that they are those that were signed, and then they become no longer than they were.
 * @throws RangeError saying what is wrong
 */
export async function unpackPart(content: Buffer, part: Part): Promise<Buffer> {
  if (content.length !== part.bytes || sha256(content) !== part.sha256) throw new RangeError("it is not what was signed");
  let text: Buffer;
  try {
    text = await expand(content, { maxOutputLength: Math.max(1, part.textBytes) });
  } catch {
    throw new RangeError("it can't be unpacked to what the manifest says");
  }
  if (text.length !== part.textBytes) throw new RangeError("it can't be unpacked to what the manifest says");
  return text;
}
