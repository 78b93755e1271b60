import { AzoraError } from "../errors.js";
import { parseJson } from "../parse-json.js";
import { listOf, oneOf, record, type Shape, text } from "../shape.js";
import type { TrustedKey } from "../signing.js";
import type { SealProblem } from "./chain.js";
import { type Checkpoint, flawsOf, isSignedCheckpoint, only, readCheckpoint, type SignedCheckpoint } from "./checkpoint.js";
import { readLine } from "./line.js";
import { auditPath, rootFromPath } from "./merkle.js";

/** That one row is in a log as it says, for somebody who shall see no other row of it: docs/audit-format.md. */
export interface InclusionProof {
  readonly kind: "audit-proof";
  readonly version: 1;
  /** The row, as it is exported. */
  readonly line: string;
  /** Its place in the range, from 0. */
  readonly index: number;
  /** What it is hashed with on the way to the root, hex, the lowest first. */
  readonly path: readonly string[];
  readonly checkpoint: SignedCheckpoint;
}

/** @param leaves those that the checkpoint's root is made of */
export function makeProof(
  line: string,
  { checkpoint, leaves }: { readonly checkpoint: Checkpoint; readonly leaves: Buffer },
): InclusionProof {
  const all = Array.from({ length: leaves.length / 32 }, (_, i) => leaves.subarray(i * 32, i * 32 + 32));
  const leaf = readLine(line)?.leaf;
  const index = leaf ? all.findIndex((each) => each.equals(leaf)) : -1;
  if (index < 0) {
    throw new AzoraError("CONFLICT", "The row isn't as it was sealed: nothing proves it.", {
      hint: "`azora audit:verify` says what was changed.",
    });
  }
  return { kind: "audit-proof", version: 1, line, index, path: auditPath(all, index), checkpoint: only(checkpoint) };
}

const isProof = record({
  kind: oneOf("audit-proof"),
  version: oneOf(1),
  line: text,
  index: (value) => typeof value === "number",
  path: listOf(text),
  checkpoint: isSignedCheckpoint,
} satisfies Record<keyof InclusionProof, Shape>);

/** Reads a proof, or what `--json` printed of one. @throws AzoraError INVALID_INPUT */
export function readProof(content: string, file: string): InclusionProof {
  try {
    const document = parseJson(content) as { readonly result?: unknown } | null;
    const proof = document?.result ?? document;
    if (isProof(proof)) return proof as InclusionProof;
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `${file} is no JSON.`, { cause: error });
  }
  throw new AzoraError("INVALID_INPUT", `${file} is no proof that this azora knows.`, {
    hint: "Pass what `azora audit:verify --row` wrote.",
  });
}

/** Checks a proof with public keys (PEM) alone. @returns what is wrong; nothing when it holds */
export function checkProof(
  { line, index, path, checkpoint: signed }: InclusionProof,
  keys: readonly TrustedKey[],
): readonly SealProblem[] {
  const checkpoint = readCheckpoint(signed);
  const row = readLine(line);
  if (!checkpoint || !row)
    return [{ checkpoint: null, row: row?.id ?? null, what: "the proof holds no row or no checkpoint that this azora knows" }];
  const flaws = flawsOf(checkpoint, { keys, log: row.log, at: checkpoint.sealedAt }).map((flaw) => `the checkpoint: ${flaw}`);
  if (row.leaf.toString("hex") !== row.said) flaws.push("the row doesn't hash to what it says");
  if (rootFromPath(row.leaf, { index, size: checkpoint.rows, path }) !== checkpoint.root) {
    flaws.push("the row doesn't lead to the root that was signed");
  }
  return flaws.map((what) => ({ checkpoint: checkpoint.sequence, row: row.id, what }));
}
