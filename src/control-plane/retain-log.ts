import { createHash } from "node:crypto";
import { AzoraError } from "../errors.js";
import { type Checkpoint, flawsOf, readCheckpoint, type SignedCheckpoint } from "../seal/checkpoint.js";
import { CONTROL_PLANE, type LogName } from "../seal/line.js";
import { misfits, type Retention, readRetention } from "../seal/retention.js";
import { type SigningKey, signText, type TrustedKey } from "../signing.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { type ControlTransaction, inTransaction } from "./dry-run.js";
import type { LogOwner } from "./seal-log.js";

export interface RetainLogInput extends LogOwner {
  /** What was sealed so long ago goes; at least 30 days. */
  readonly olderThanSeconds: number;
  readonly dryRun: boolean;
  /** Told each batch that is committed. */
  readonly onRetention?: (retention: Retention) => void;
}

/**
 * Removes what of a log is old enough: whole checkpoints from its beginning on, each of them exported to its end, some 65,536
 * rows in one transaction with the signed record of it. Killed at any point, running it again goes on where it stopped.
 * @returns the retentions that were made, with a dry run the first of them, unsigned; none when nothing is old enough
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, NOT_CONFIGURED (no signing key), INVALID_INPUT (less than 30 days), LEGAL_HOLD,
 *   ILLEGAL_STEP (not sealed, not exported), CONFLICT (rows aren't as they were sealed), VIOLATIONS (not what this key may sign)
 */
export async function retainLog(connection: ControlConnection, input: RetainLogInput): Promise<readonly Retention[]> {
  const { accountId, slug, dryRun, onRetention = () => undefined } = input;
  const key = requireKey(connection);
  const what = { action: "audit.retain", ...(accountId !== null && { accountId }), ...(slug !== null && { slug }) };
  return attempt(connection, what, async () => {
    const made: Retention[] = [];
    for (;;) {
      const next = await retainBatch(connection, input, key);
      if (next) made.push(next);
      if (!next || dryRun) return made;
      onRetention(next);
    }
  });
}

function retainBatch(
  connection: ControlConnection,
  { accountId, olderThanSeconds, dryRun }: RetainLogInput,
  key: SigningKey,
): Promise<Retention | undefined> {
  return inTransaction(connection, dryRun, async (tx) => {
    const [{ payload }] = await tx.$queryRaw<[{ payload: string | null }]>`
      SELECT control.open_retention(${accountId}::uuid, make_interval(secs => ${olderThanSeconds}::double precision)) AS payload`;
    if (payload === null) return undefined;
    const next = readRetention(unsigned(payload));
    const log = accountId ?? CONTROL_PLANE;
    const [last] = await tx.$queryRaw<SignedCheckpoint[]>`SELECT payload, hash, key_id AS "keyId", signature
      FROM control.list_retentions(${accountId}::uuid, NULL)`;
    const signed = next ? await sealedWith(tx, { accountId, log, from: next.firstCheckpoint, keys: connection.trustedKeys }) : [];
    const limit = new Date(Date.now() - olderThanSeconds * 1000 + CLOCK_MS).toISOString();
    // The database is asked to prove what it can: that this was sealed by this key, so long ago by this machine's clock.
    const isNext =
      next?.log === log && next.sealedBefore <= limit && misfits(next, last && readRetention(last), { signed }).length === 0;
    if (!next || !isNext) throw unfit(log);
    if (dryRun) return next;
    const signature = signText(payload, key);
    await tx.$queryRaw`SELECT FROM control.close_retention(${accountId}::uuid, ${key.id}, ${signature})`;
    return { ...next, keyId: key.id, signature };
  });
}

/** As far as the database's clock may be ahead of this machine's. */
const CLOCK_MS = 3_600_000;

interface Sealed {
  readonly accountId: string | null;
  readonly log: LogName;
  readonly from: number;
  readonly keys: readonly TrustedKey[];
}

/** A log's checkpoints from one on, those that this installation's keys stand for: they signed them, or one that follows them. */
async function sealedWith(tx: ControlTransaction, { accountId, log, from, keys }: Sealed): Promise<readonly Checkpoint[]> {
  const rows = await tx.$queryRaw<SignedCheckpoint[]>`
    SELECT payload, hash, key_id AS "keyId", signature FROM control.list_checkpoints(${accountId}::uuid, ${from}::bigint)`;
  let follower: Checkpoint | undefined;
  return rows
    .flatMap((signed) => readCheckpoint(signed) ?? [])
    .reverse()
    .filter((each) => {
      const isOurs = follower?.previousHash === each.hash && isHashed(each) && each.log === log;
      const stands = isOurs || flawsOf(each, { keys, log, at: each.sealedAt }).length === 0;
      if (stands) follower = each;
      return stands;
    })
    .reverse();
}

function isHashed({ payload, hash }: SignedCheckpoint): boolean {
  return unsigned(payload).hash === hash;
}

function unsigned(payload: string): SignedCheckpoint {
  return { payload, hash: createHash("sha256").update(payload, "utf8").digest("hex"), keyId: "", signature: "" };
}

function unfit(log: LogName): AzoraError {
  return new AzoraError("VIOLATIONS", `What the database wants signed is not the next retention of ${log}.`, {
    hint: "Its checkpoints or retentions were changed, or a clock is wrong: `azora audit:verify` says which. Nothing was signed and nothing removed.",
  });
}

/** @throws AzoraError NOT_CONFIGURED */
function requireKey({ signingKey }: ControlConnection): SigningKey {
  if (signingKey) return signingKey;
  throw new AzoraError("NOT_CONFIGURED", "A retention needs the key that signs it, and that signed the checkpoints.", {
    hint: "Set AZORA_SIGNING_KEY_FILE, or use the configuration that `azora init` wrote.",
  });
}
