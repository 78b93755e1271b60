import { rmSync } from "node:fs";
import { AzoraError } from "../errors.js";
import type { Io } from "./io.js";
import { writeOutputFile } from "./output-file.js";

/**
 * Puts a new password where it can be found again before the database hears of it, and takes it
 * away when the database doesn't take it.
 * @param file mode 0600, must not exist; undefined for no file
 * @throws AzoraError ALREADY_EXISTS, INVALID_INPUT, FAILURE for the file, and what the work throws
 */
export async function withPasswordFile<T>(
  file: string | undefined,
  password: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (file === undefined || password === undefined) return work();
  await writeOutputFile(file, lines(password), { force: false });
  try {
    return await work();
  } catch (error) {
    // A connection that was lost may have been lost after the commit: the password may be in force.
    if (!(error instanceof AzoraError) || error.code !== "UNREACHABLE") rmSync(file, { force: true });
    throw error;
  }
}

async function* lines(text: string): AsyncGenerator<string> {
  yield `${text}\n`;
}

/** Says of a password on stdout that it won't be shown again. */
export function sayPassword({ err }: Io, password: string | null): void {
  if (password !== null)
    err.write(err.colour.yellow("The password is shown once. Put it into AZORA_CONTROL_URL of that operator."));
}
