import { TAR_END, tarEntry } from "../../src/archive/tar.js";
import { MANIFEST_FILE, type Manifest } from "../../src/installation/backup/manifest.js";

const BLOCK = 512;

/** One byte in the middle of an archive, where its contents are, is another. */
export function damaged(archive: Buffer): Buffer {
  const copy = Buffer.from(archive);
  const at = Math.floor(copy.length / 2);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** A file of the archive has another name. */
export function renamedIn(archive: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(archive);
  copy.write(`${to}\0`, headerOf(archive, from));
  return copy;
}

/** The archive with another manifest, whole in every other way. */
export function rewritten(archive: Buffer, change: (manifest: Manifest) => Manifest): Buffer {
  const at = headerOf(archive, MANIFEST_FILE);
  const size = Number.parseInt(archive.toString("latin1", at + 124, at + 136), 8);
  const manifest = JSON.parse(archive.toString("utf8", at + BLOCK, at + BLOCK + size)) as Manifest;
  const content = Buffer.from(JSON.stringify(change(manifest)));
  return Buffer.concat([archive.subarray(0, at), tarEntry({ path: MANIFEST_FILE, content }), TAR_END]);
}

function headerOf(archive: Buffer, path: string): number {
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const name = archive.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    if (name === path) return at;
    at += BLOCK + Math.ceil(Number.parseInt(archive.toString("latin1", at + 124, at + 136), 8) / BLOCK) * BLOCK;
  }
  throw new Error(`${path} is not in the archive`);
}
