import type { Io } from "./io.js";
import { writeOutputFile, writeToStream } from "./output-file.js";
import { type Progress, withProgress } from "./progress.js";

export interface WriteAuditOptions {
  /** A file; `-` is stdout. */
  readonly output: string;
  readonly force: boolean;
}

/**
 * Writes an export, whatever its length.
 * @param open begins it, and tells what it is given how many entries have passed
 * @returns what it began
 */
export async function writeAudit<T extends { readonly bytes: AsyncIterable<Uint8Array> }>(
  io: Io,
  open: (onRows: (rows: number) => void) => Promise<T>,
  { output, force }: WriteAuditOptions,
): Promise<T> {
  const write = async (progress: Progress) => {
    const opened = await open((done) => progress.update({ done, unit: "entries" }));
    await (output === "-" ? writeToStream(io.out.stream, opened.bytes) : writeOutputFile(output, opened.bytes, { force }));
    return opened;
  };
  // Both would draw on the same screen.
  return output === "-" && io.out.isTty ? write({ update: () => undefined }) : withProgress(io, "Exporting", write);
}
