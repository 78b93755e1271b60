import type { ControlConnection } from "../control-plane/connection.js";
import { CONTROL_PLANE, type LogName } from "../seal/line.js";
import type { LogVerdict } from "../seal/verify-log.js";
import { flawOfSignature, type TrustedKey } from "../signing.js";
import type { KeptCheckpoints } from "./checkpoint-file.js";

export interface NamedVerdict extends LogVerdict {
  readonly slug: string | null;
}

interface PurgedInput {
  readonly keys: readonly TrustedKey[];
  readonly kept: KeptCheckpoints;
  /** Logs that are there. */
  readonly here: ReadonlySet<LogName>;
}

/**
 * What became of logs of which checkpoints were kept and that aren't there any more: the signed receipt of a purge has
 * to say so, and which checkpoint was the last.
 */
export async function verifyPurged(
  { client }: ControlConnection,
  { keys, kept, here }: PurgedInput,
): Promise<readonly NamedVerdict[]> {
  const gone = [...kept].filter(([log]) => log !== CONTROL_PLANE && !here.has(log));
  if (gone.length === 0) return [];
  const receipts = await client.purgeReceipt.findMany({ where: { accountId: { in: gone.map(([log]) => log) } } });
  return gone.flatMap(([log, checkpoints]) => {
    const receipt = receipts.find(({ accountId }) => accountId === log);
    const what = whyNot(receipt, checkpoints.at(-1)?.hash, keys);
    if (what === undefined) return [];
    const problem = { checkpoint: checkpoints.at(-1)?.sequence ?? null, row: null, what };
    const slug = receipt?.accountSlug ?? null;
    return [
      {
        log,
        slug,
        checkpoints: checkpoints.length,
        rows: 0,
        sealed: 0,
        removed: 0,
        lastCheckpoint: null,
        problems: [problem],
        untold: 0,
      },
    ];
  });
}

function whyNot(
  receipt: { readonly payload: string; readonly signature: string | null; readonly purgedAt: Date } | undefined,
  last: string | undefined,
  keys: readonly TrustedKey[],
): string | undefined {
  if (!receipt) return "the whole log is gone, and there is no receipt of a purge";
  const { payload, signature } = receipt;
  const at = receipt.purgedAt.toISOString();
  if (signature === null || flawOfSignature({ text: payload, signature, at }, keys)) {
    return "the whole log is gone, and the receipt of its purge isn't signed by a known key";
  }
  const { auditCheckpoint } = JSON.parse(payload) as { readonly auditCheckpoint: string | null };
  if (auditCheckpoint === last) return undefined;
  return "the receipt of its purge names another checkpoint than the last one that was kept: keep them up to the purge, or the log was cut before it";
}
