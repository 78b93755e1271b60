import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { AzoraError } from "../errors.js";
import { type Checkpoint, parseCheckpointLine, type SignedCheckpoint, writeCheckpointLine } from "../seal/checkpoint.js";
import type { LogName } from "../seal/line.js";

/** Checkpoints by log, each log's in the order of their numbers. */
export type KeptCheckpoints = ReadonlyMap<LogName, readonly Checkpoint[]>;

/**
 * Reads the checkpoints that `audit:seal --out` wrote, one a line.
 * @throws AzoraError INVALID_INPUT naming the file and the line
 */
export function readCheckpointFile(file: string): KeptCheckpoints {
  const logs = new Map<LogName, Map<number, Checkpoint>>();
  for (const [at, line] of textOf(file).split("\n").entries()) {
    if (line.trim() === "") continue;
    const checkpoint = parseCheckpointLine(line, `${file}, line ${at + 1},`);
    const log = logs.get(checkpoint.log) ?? new Map<number, Checkpoint>();
    logs.set(checkpoint.log, log);
    const same = log.get(checkpoint.sequence);
    if (same && same.hash !== checkpoint.hash) {
      throw new AzoraError(
        "INVALID_INPUT",
        `${file} holds two different checkpoints ${checkpoint.sequence} of ${checkpoint.log}.`,
        {
          hint: "It was written to by two installations, or altered: which of them was first?",
        },
      );
    }
    log.set(checkpoint.sequence, checkpoint);
  }
  return new Map([...logs].map(([log, all]) => [log, [...all.values()].sort((one, other) => one.sequence - other.sequence)]));
}

/** Nothing is kept yet in a file that isn't there. */
export function readKept(file: string): KeptCheckpoints {
  return existsSync(file) ? readCheckpointFile(file) : new Map();
}

/** Adds a checkpoint to a file of mode 0600; it is on the disk when this returns. @throws AzoraError FAILURE */
export function appendCheckpoint(file: string, checkpoint: SignedCheckpoint): void {
  try {
    const descriptor = openSync(file, "a", 0o600);
    try {
      writeSync(descriptor, writeCheckpointLine(checkpoint));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new AzoraError("FAILURE", `The file ${file} can't be written.`, {
      hint: "The checkpoint is in the database; the next `azora audit:seal --out` with a file that can be written adds it.",
      cause: error,
    });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `The checkpoints ${file} can't be read.`, { cause: error });
  }
}
