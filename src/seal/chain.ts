import type { TrustedKey } from "../signing.js";
import { type Checkpoint, flawsOf } from "./checkpoint.js";
import type { LogName } from "./line.js";

/** Something about a log that is not as it was sealed. */
export interface SealProblem {
  /** The checkpoint whose range it is about; null for the log as a whole. */
  readonly checkpoint: number | null;
  /** Id of the row, where it is known. */
  readonly row: string | null;
  readonly what: string;
}

export interface Chain {
  readonly problems: readonly SealProblem[];
  /** Those that are signed, in their order. */
  readonly signed: readonly Checkpoint[];
  /** Whether a range's beginning is known: the checkpoint before it is there and is the one that it follows. */
  isBounded(checkpoint: Checkpoint): boolean;
}

export interface ChainInput {
  readonly log: LogName;
  /** The log's own. */
  readonly found: readonly Checkpoint[];
  /** Those that were kept elsewhere: where the two differ, these are believed. */
  readonly kept: readonly Checkpoint[];
  /** Public keys, PEM: each checkpoint has to be signed by one of them. */
  readonly keys: readonly TrustedKey[];
}

/** Holds the checkpoints of one log against the keys, against each other, and against those that were kept elsewhere. */
export function checkChain({ log, found, kept, keys }: ChainInput): Chain {
  const problems: SealProblem[] = [];
  const note = (checkpoint: number, what: string) => problems.push({ checkpoint, row: null, what });
  const soundness = (whose: string) => {
    // Whoever has a key that was retired can write any date, but stands behind what was signed since.
    let latest = "";
    return (checkpoint: Checkpoint) => {
      const at = checkpoint.sealedAt > latest ? checkpoint.sealedAt : latest;
      const flaws = flawsOf(checkpoint, { keys, log, at });
      for (const flaw of flaws) note(checkpoint.sequence, `${whose}: ${flaw}`);
      if (flaws.length === 0) latest = at;
      return flaws.length === 0;
    };
  };
  const signed = new Map<number, Checkpoint>();
  for (const checkpoint of found.filter(soundness("the checkpoint"))) {
    const same = signed.get(checkpoint.sequence);
    if (same && same.hash !== checkpoint.hash) note(checkpoint.sequence, "there are two different checkpoints of this number");
    signed.set(checkpoint.sequence, checkpoint);
  }
  const here = new Set(found.map(({ sequence }) => sequence));
  for (const checkpoint of kept.filter(soundness("the checkpoint that was kept elsewhere"))) {
    const { sequence, hash } = checkpoint;
    if (!here.has(sequence))
      note(sequence, "it was kept elsewhere and is gone here: the log was cut off or put back to an earlier state");
    else if (signed.has(sequence) && signed.get(sequence)?.hash !== hash)
      note(sequence, "it is another one than the one that was kept elsewhere");
    signed.set(sequence, checkpoint);
  }
  const chain = [...signed.values()].sort((one, other) => one.sequence - other.sequence);
  problems.push(...gaps(new Set([...here, ...signed.keys()])));
  const before = (sequence: number) => signed.get(sequence - 1);
  for (const { sequence, previousHash } of chain) {
    const previous = before(sequence);
    if (sequence === 1 ? previousHash !== null : previous && previous.hash !== previousHash) {
      note(sequence, "it doesn't follow the checkpoint before it as that is here");
    }
  }
  return {
    problems,
    signed: chain,
    isBounded: ({ sequence, previousHash }) => previousHash === (sequence === 1 ? null : (before(sequence)?.hash ?? "")),
  };
}

function gaps(present: ReadonlySet<number>): SealProblem[] {
  const problems: SealProblem[] = [];
  const last = [...present].reduce((most, each) => Math.max(most, each), 0);
  for (let sequence = 1; sequence < last && problems.length < 100; sequence++) {
    if (!present.has(sequence)) problems.push({ checkpoint: sequence, row: null, what: "the checkpoint is missing" });
  }
  return problems;
}
