import { createHash } from "node:crypto";
import { AzoraError } from "../errors.js";
import { type Checkpoint, readCheckpoint, type SignedCheckpoint } from "../seal/checkpoint.js";
import { CONTROL_PLANE, type LogName } from "../seal/line.js";
import { type SigningKey, signText } from "../signing.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { type ControlTransaction, inTransaction } from "./dry-run.js";

/** A log that can be sealed: an account's, or the control plane's own. */
export interface LogOwner {
  /** Null for the control plane's own. */
  readonly accountId: string | null;
  readonly slug: string | null;
}

export interface SealLogInput extends LogOwner {
  readonly dryRun: boolean;
  /** Where checkpoints are kept elsewhere as well: the last one there, null for none yet. What doesn't continue it isn't signed. */
  readonly kept?: Checkpoint | null;
  /** Told each checkpoint that is committed and that `kept` doesn't know yet; without `kept` those that are new. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
}

/**
 * Seals what of a log can get no company any more: a checkpoint for each 65,536 rows, signed in the transaction that makes
 * it. Nobody who writes is waited for or has to wait. Running it again goes on where it stopped.
 * @returns the new checkpoints, with a dry run the first of them, unsigned; none when there was nothing to seal
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, NOT_CONFIGURED (no signing key), VIOLATIONS (not the continuation of `kept`)
 */
export async function sealLog(connection: ControlConnection, input: SealLogInput): Promise<readonly Checkpoint[]> {
  const { accountId, slug, dryRun, kept, onCheckpoint = () => undefined } = input;
  const sealing = { accountId, key: dryRun ? null : requireKey(connection), log: accountId ?? CONTROL_PLANE };
  const what = { action: "audit.seal", ...(accountId !== null && { accountId }), ...(slug !== null && { slug }) };
  return attempt(connection, what, async () => {
    const made: Checkpoint[] = [];
    let before = kept;
    for (;;) {
      const { others, next } = await sealRange(connection, before, sealing);
      for (const other of others) onCheckpoint(other);
      if (next) made.push(next);
      if (!next || dryRun) return made;
      onCheckpoint(next);
      before = next;
    }
  });
}

interface Sealing {
  readonly accountId: string | null;
  /** Null for a dry run: what isn't kept must not be signed. */
  readonly key: SigningKey | null;
  readonly log: LogName;
}

/** @param before the last checkpoint that the caller knows; null for none, undefined where any will do */
async function sealRange(
  connection: ControlConnection,
  before: Checkpoint | null | undefined,
  { accountId, key, log }: Sealing,
): Promise<{ readonly others: readonly Checkpoint[]; readonly next: Checkpoint | undefined }> {
  return inTransaction(connection, key === null, async (tx) => {
    // First of all, since it waits for whoever seals the same log.
    const [{ payload }] = await tx.$queryRaw<
      [{ payload: string | null }]
    >`SELECT control.open_seal(${accountId}::uuid) AS payload`;
    const known = await listCheckpoints(tx, accountId, before === undefined ? null : (before?.sequence ?? 1));
    if (before && known[0]?.hash !== before.hash) throw forked(log, before);
    const others = before === undefined ? [] : known.slice(before === null ? 0 : 1);
    if (payload === null) return { others, next: undefined };
    const next = readCheckpoint(unsigned(payload));
    // The key signs receipts too: a text is signed for being this log's next checkpoint, not for having been handed over.
    const last = known.at(-1);
    const follows = [...known.slice(1), next].every((each, at) => each?.previousHash === known[at]?.hash || known.length === 0);
    if (next?.log !== log || !follows || next.previousHash !== (last?.hash ?? null)) {
      throw new AzoraError("VIOLATIONS", `What the database wants signed is not the next checkpoint of ${log}.`, {
        hint: "Its checkpoints were changed: `azora audit:verify` says which. Nothing was signed.",
      });
    }
    if (!key) return { others, next };
    const signature = signText(payload, key);
    await tx.$queryRaw`SELECT FROM control.close_seal(${accountId}::uuid, ${key.id}, ${signature})`;
    return { others, next: { ...next, keyId: key.id, signature } };
  });
}

function unsigned(payload: string): SignedCheckpoint {
  return { payload, hash: createHash("sha256").update(payload, "utf8").digest("hex"), keyId: "", signature: "" };
}

/** A log's checkpoints from a number on; only the last one for null. */
async function listCheckpoints(tx: ControlTransaction, accountId: string | null, from: number | null): Promise<Checkpoint[]> {
  const rows = await tx.$queryRaw<SignedCheckpoint[]>`
    SELECT payload, hash, key_id AS "keyId", signature FROM control.list_checkpoints(${accountId}::uuid, ${from}::bigint)`;
  return rows.flatMap((signed) => readCheckpoint(signed) ?? []);
}

function forked(log: LogName, { sequence }: Checkpoint): AzoraError {
  return new AzoraError(
    "VIOLATIONS",
    `The log of ${log} doesn't continue checkpoint ${sequence}, which was kept elsewhere: it was cut off or rewritten.`,
    {
      hint: "`azora audit:verify --checkpoints FILE` says what differs. Nothing was signed.",
    },
  );
}

/** @throws AzoraError NOT_CONFIGURED */
function requireKey({ signingKey }: ControlConnection): SigningKey {
  if (signingKey) return signingKey;
  throw new AzoraError("NOT_CONFIGURED", "A checkpoint needs the key that signs it.", {
    hint: "Set AZORA_SIGNING_KEY_FILE, or use the configuration that `azora init` wrote.",
  });
}
