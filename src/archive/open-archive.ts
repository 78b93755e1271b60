import { type FileHandle, open } from "node:fs/promises";
import { AzoraError } from "../errors.js";
import { flawOfSignature, type TrustedKey } from "../signing.js";
import { MANIFEST_PATH, type Manifest, type Part, README_PATH, SIGNATURE_PATH, sha256 } from "./manifest.js";
import { parseManifest } from "./parse-manifest.js";
import { unpackPart } from "./part.js";
import { listTar, type ReadAt, type TarPlace } from "./tar.js";

const MANIFEST_MOST = 64 * 1024 * 1024;

/** An archive whose manifest is signed by somebody known, and whose files are those that it lists. */
export interface OpenArchive {
  readonly manifest: Manifest;
  /** SHA-256 of the manifest, hex: the archive's name. */
  readonly sha256: string;
  /** The lines of a part, as they were signed. @throws AzoraError INVALID_INPUT */
  read(part: Part): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * Opens an archive; nothing of it is unpacked but what is read, and nothing is written anywhere.
 * @param keys whom to believe
 * @throws AzoraError INVALID_INPUT: no archive, not signed by any of the keys, files missing or too many
 */
export async function openArchive(file: string, keys: readonly TrustedKey[]): Promise<OpenArchive> {
  const handle = await openFile(file);
  try {
    const readAt = readerOf(handle);
    const places = await listed(file, readAt, (await handle.stat()).size);
    const text = await readSmall(places, MANIFEST_PATH);
    const signature = (await readSmall(places, SIGNATURE_PATH)).trim();
    // Nothing of what nobody known has signed is read, not even the date.
    requireSigned(null);
    const manifest = parseManifest(text, file);
    requireSigned(manifest.exportedAt);
    checkFiles(file, manifest, places);
    return {
      manifest,
      sha256: sha256(text),
      async read(part) {
        const { offset, size } = places.get(part.path) as TarPlace;
        return unpackPart(await readAt(offset, size), part).catch((error: unknown) => {
          throw flawIn(file, part.path, error);
        });
      },
      close: () => handle.close(),
    };

    function requireSigned(at: string | null): void {
      if (flawOfSignature({ text, signature, at }, keys) === undefined) return;
      throw new AzoraError("INVALID_INPUT", `Nobody known has signed ${file}, or it was changed since.`, {
        hint: "Pass the public key of the installation that it comes from with --public-key FILE.",
      });
    }

    async function readSmall(all: ReadonlyMap<string, TarPlace>, path: string): Promise<string> {
      const place = all.get(path);
      if (!place || place.size > MANIFEST_MOST)
        throw flawIn(file, path, new RangeError(place ? "it is too long" : "it is missing"));
      return (await readAt(place.offset, place.size)).toString("utf8");
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** What is wrong with a file of an archive, said for people; any other error as it is. */
export function flawIn(file: string, path: string, error: unknown): unknown {
  if (!(error instanceof RangeError)) return error;
  return new AzoraError("INVALID_INPUT", `${path} in ${file} can't be taken: ${error.message}.`, {
    hint: "Nothing was changed. Export the tenant again.",
  });
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, "r");
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `The archive ${file} can't be read.`, { cause: error });
  }
  throw new AzoraError("INVALID_INPUT", `${file} is no file.`, { hint: "What comes by a pipe is written into a file first." });
}

function readerOf(handle: FileHandle): ReadAt {
  return async (offset, length) => {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await handle.read(buffer, 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
}

async function listed(file: string, readAt: ReadAt, length: number): Promise<ReadonlyMap<string, TarPlace>> {
  try {
    return await listTar(readAt, length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AzoraError("INVALID_INPUT", `${file} is no archive of a tenant, or not a whole one: ${error.message}.`, {
      hint: "Take what `azora tenant:export` wrote; decrypt it first if it is encrypted.",
    });
  }
}

/** Each part is there, once and as long as it was; and nothing else is. */
function checkFiles(file: string, { tables }: Manifest, places: ReadonlyMap<string, TarPlace>): void {
  const left = new Set(places.keys());
  for (const path of [README_PATH, MANIFEST_PATH, SIGNATURE_PATH]) left.delete(path);
  for (const { path, bytes } of tables.flatMap(({ parts }) => parts)) {
    const place = places.get(path);
    if (!place) throw flawIn(file, path, new RangeError("it is missing"));
    if (place.size !== bytes) throw flawIn(file, path, new RangeError("it is not what was signed"));
    if (!left.delete(path)) throw flawIn(file, path, new RangeError("the manifest lists it twice"));
  }
  const [more] = left;
  if (more !== undefined) throw flawIn(file, more, new RangeError("the manifest doesn't list it"));
}
