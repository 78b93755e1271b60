import { createWriteStream, existsSync, rmSync, statSync } from "node:fs";
import { link, rename, rm, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { AzoraError } from "../errors.js";

export interface OutputFileOptions {
  /** Replace a file that is there. */
  readonly force: boolean;
}

/**
 * Refuses a file that could not be written in the end, before any work is done for it.
 * @throws AzoraError ALREADY_EXISTS, INVALID_INPUT
 */
export function checkOutputFile(file: string, { force }: OutputFileOptions): void {
  if (!existsSync(dirname(resolve(file)))) {
    throw new AzoraError("INVALID_INPUT", `The directory of ${file} doesn't exist.`, { hint: "Make it, or choose another." });
  }
  if (!existsSync(file)) return;
  const found = statSync(file);
  if (found.isDirectory()) throw new AzoraError("INVALID_INPUT", `${file} is a directory.`, { hint: "Name a file." });
  // A new file takes the name of the old one: whoever may do so would lose /dev/null by it.
  if (!found.isFile()) throw new AzoraError("INVALID_INPUT", `${file} is no file.`, { hint: "Name a file, or `-` for stdout." });
  if (!force) throw exists(file);
}

/**
 * Writes a file of mode 0600 that is there whole or not at all: into a temporary one beside
 * it, which takes its name at the end.
 * @throws AzoraError ALREADY_EXISTS, FAILURE when it can't be written
 */
export async function writeOutputFile(
  file: string,
  chunks: AsyncIterable<string | Uint8Array>,
  options: OutputFileOptions,
): Promise<void> {
  checkOutputFile(file, options);
  const temporary = `${file}.${process.pid}.partial`;
  // An interrupted process leaves by process.exit(), which runs no `finally`.
  const cleanUp = () => rmSync(temporary, { force: true });
  process.once("exit", cleanUp);
  try {
    await pipeline(chunks, createWriteStream(temporary, { flags: "wx", mode: 0o600, flush: true }));
    await giveName(temporary, file, options);
  } catch (error) {
    await rm(temporary, { force: true });
    throw explain(error, file);
  } finally {
    process.removeListener("exit", cleanUp);
  }
}

/** The same for a text or bytes that are there already. */
export async function writeOutputText(file: string, content: string | Uint8Array, options: OutputFileOptions): Promise<void> {
  async function* once() {
    yield content;
  }
  await writeOutputFile(file, once(), options);
}

/** Writes as fast as the reader reads, and leaves the stream open. */
export async function writeToStream(stream: NodeJS.WritableStream, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  await pipeline(chunks, stream, { end: false });
}

async function giveName(temporary: string, file: string, { force }: OutputFileOptions): Promise<void> {
  if (force) return rename(temporary, file);
  try {
    // Unlike a rename, a link refuses a file that somebody made in the meantime.
    await link(temporary, file);
    await unlink(temporary);
  } catch (error) {
    // Some file systems have no links.
    if (!["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    await rename(temporary, file);
  }
}

function explain(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof AzoraError || !syscall) return error;
  if (code === "EEXIST") return exists(file);
  return new AzoraError("FAILURE", `The file ${file} can't be written.`, { hint: "Choose another place.", cause: error });
}

function exists(file: string): AzoraError {
  return new AzoraError("ALREADY_EXISTS", `${file} exists already.`, { hint: "Pass --force to replace it." });
}
