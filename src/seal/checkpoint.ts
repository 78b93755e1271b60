import { createHash } from "node:crypto";
import { AzoraError } from "../errors.js";
import { parseJson } from "../parse-json.js";
import { record, type Shape, text } from "../shape.js";
import { flawOfSignature, type TrustedKey } from "../signing.js";
import type { LogName } from "./line.js";

/** A checkpoint as it is kept, printed and checked: docs/audit-format.md. */
export interface SignedCheckpoint {
  /** The exact text that is hashed and signed; all that it says is in it. */
  readonly payload: string;
  /** SHA-256 of the payload, hex; the next one's payload holds it. */
  readonly hash: string;
  readonly keyId: string;
  /** Ed25519 over the payload, base64. */
  readonly signature: string;
}

/** What a checkpoint says of a range of its log. */
export interface Checkpoint extends SignedCheckpoint {
  readonly log: LogName;
  /** From 1 on, without a gap. */
  readonly sequence: number;
  /** Rows in this range. */
  readonly rows: number;
  /** Rows in this range and in all before it. */
  readonly total: number;
  readonly firstId: string;
  /** The range ends here; what a transaction left behind that ended late is in a later one. */
  readonly lastId: string;
  /** The range holds rows of transactions below this one alone. */
  readonly transactionsBelow: number;
  /** No transaction from here on had begun. */
  readonly transactionsBegun: number;
  /** Root of the Merkle tree over its rows in the order of their ids, hex. */
  readonly root: string;
  readonly sealedAt: string;
  readonly previousHash: string | null;
}

/** The four that are kept and printed, of whatever holds them. */
export function only({ payload, hash, keyId, signature }: SignedCheckpoint): SignedCheckpoint {
  return { payload, hash, keyId, signature };
}

/** Whether a value has the four, whatever they say. */
export const isSignedCheckpoint = record({
  payload: text,
  hash: text,
  keyId: text,
  signature: text,
} satisfies Record<keyof SignedCheckpoint, Shape>);

/** Reads what a checkpoint says; whether it is true, checkChain() tells. @returns undefined for what is none */
export function readCheckpoint(signed: SignedCheckpoint): Checkpoint | undefined {
  try {
    const said = parseJson(signed.payload) as Checkpoint & { readonly version: unknown; readonly kind: unknown };
    const { log, sequence, rows, total, firstId, lastId, transactionsBelow, transactionsBegun, root, sealedAt } = said;
    const numbers = [sequence, rows, total, transactionsBelow, transactionsBegun];
    const texts = [log, firstId, lastId, root, sealedAt];
    const isKnown = said.version === 1 && said.kind === "audit-checkpoint" && numbers.every(Number.isSafeInteger);
    if (!isKnown || !texts.every(text) || rows < 1) return undefined;
    const { previousHash } = said;
    const place = { log, sequence, rows, total, firstId, lastId, previousHash };
    return { ...only(signed), ...place, transactionsBelow, transactionsBegun, root, sealedAt };
  } catch {
    return undefined;
  }
}

/**
 * Reads the line that audit:seal wrote of a checkpoint.
 * @param where for the error
 * @throws AzoraError INVALID_INPUT
 */
export function parseCheckpointLine(line: string, where: string): Checkpoint {
  try {
    const signed = parseJson(line);
    const read = isSignedCheckpoint(signed) ? readCheckpoint(signed as SignedCheckpoint) : undefined;
    if (read) return read;
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `${where} is no JSON.`, { cause: error });
  }
  throw new AzoraError("INVALID_INPUT", `${where} is no checkpoint that this azora knows.`, {
    hint: "Pass what `azora audit:seal --out` wrote.",
  });
}

export function writeCheckpointLine(checkpoint: SignedCheckpoint): string {
  return `${JSON.stringify(only(checkpoint))}\n`;
}

/**
 * @param at when it was signed, ISO: what it says itself, or what it stands behind if that is later
 * @returns what is wrong with a checkpoint, or whatever else is signed about a log, by itself
 */
export function flawsOf(
  checkpoint: SignedCheckpoint & { readonly log: LogName },
  { keys, log, at }: { readonly keys: readonly TrustedKey[]; readonly log: LogName; readonly at: string },
): string[] {
  const { payload, hash, signature } = checkpoint;
  const flaws: string[] = [];
  if (createHash("sha256").update(payload, "utf8").digest("hex") !== hash) flaws.push("its hash is not that of its text");
  const unsigned = flawOfSignature({ text: payload, signature, at }, keys);
  if (unsigned) flaws.push(unsigned);
  if (checkpoint.log !== log) flaws.push(`it is one of another log: ${checkpoint.log}`);
  return flaws;
}
