import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AzoraError } from "../errors.js";

/** The directory that a run plays in. */
export interface Workspace {
  readonly directory: string;
  readonly temporary: boolean;
  /** Takes a temporary directory away; leaves one that was asked for. */
  leave(): void;
}

/**
 * Makes a directory for one run.
 * @param keep a directory, not there yet or empty, that is to stay
 * @throws AzoraError ALREADY_EXISTS when it holds something; FAILURE when it can't be made
 */
export function makeWorkspace(keep?: string): Workspace {
  if (keep === undefined) {
    const directory = mkdtempSync(join(tmpdir(), "azora-quickstart-"));
    return { directory, temporary: true, leave: () => removeWorkspace(directory) };
  }
  const directory = resolve(keep);
  if (contentsOf(directory).length > 0) {
    throw new AzoraError("ALREADY_EXISTS", `The directory ${directory} is not empty.`, {
      hint: "Name a new one: the quickstart makes an installation of its own in it.",
    });
  }
  return { directory, temporary: false, leave: () => undefined };
}

/** At once, without waiting for anything: also for a process that is being interrupted. */
export function removeWorkspace(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

function contentsOf(directory: string): string[] {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return readdirSync(directory);
  } catch (error) {
    throw new AzoraError("FAILURE", `The directory ${directory} can't be used (${(error as NodeJS.ErrnoException).code}).`, {
      hint: "Name a directory that you may write.",
      cause: error,
    });
  }
}
