import { readFile } from "node:fs/promises";
import { AzoraError } from "../errors.js";

/** @throws AzoraError INVALID_INPUT naming the file */
export async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `The ${what} ${file} can't be read.`, { cause: error });
  }
}
