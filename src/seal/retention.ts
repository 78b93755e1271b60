import { parseJson } from "../parse-json.js";
import { text } from "../shape.js";
import type { TrustedKey } from "../signing.js";
import type { Chain, SealProblem } from "./chain.js";
import { type Checkpoint, flawsOf, isSignedCheckpoint, only, type SignedCheckpoint } from "./checkpoint.js";
import type { LogName } from "./line.js";

/** What a retention says: that whole checkpoints' rows went out of a log, from its beginning on. docs/audit-format.md. */
export interface Retention extends SignedCheckpoint {
  readonly log: LogName;
  /** From 1 on, without a gap. */
  readonly sequence: number;
  readonly firstCheckpoint: number;
  readonly lastCheckpoint: number;
  /** Hash of the last checkpoint. */
  readonly checkpointHash: string;
  /** Rows that went. */
  readonly rows: number;
  /** Those that went with this one and with all before it. */
  readonly total: number;
  /** Each of the checkpoints was sealed before. */
  readonly sealedBefore: string;
  /** The login of whoever removed them. */
  readonly operator: string;
  /** The export that completed what was taken out by then. */
  readonly export: {
    readonly sha256: string;
    readonly after: string | null;
    readonly cursor: string;
    readonly finishedAt: string;
  };
  readonly retainedAt: string;
  readonly previousHash: string | null;
}

/** Reads what a retention says; whether it is true, checkRetentions() tells. @returns undefined for what is none */
export function readRetention(signed: SignedCheckpoint): Retention | undefined {
  try {
    const said = parseJson(signed.payload) as Retention & { readonly version: unknown; readonly kind: unknown };
    const { log, sequence, firstCheckpoint, lastCheckpoint, checkpointHash, rows, total, sealedBefore, operator } = said;
    const { retainedAt, previousHash } = said;
    const numbers = [sequence, firstCheckpoint, lastCheckpoint, rows, total];
    const texts = [log, checkpointHash, sealedBefore, operator, retainedAt, said.export?.sha256, said.export?.cursor];
    const isKnown = said.version === 1 && said.kind === "audit-retention" && numbers.every(Number.isSafeInteger);
    if (!isKnown || !texts.every(text) || lastCheckpoint < firstCheckpoint) return undefined;
    const range = { firstCheckpoint, lastCheckpoint, checkpointHash, rows, total };
    const how = { sealedBefore, operator, export: said.export, retainedAt };
    return { ...only(signed), log, sequence, previousHash, ...range, ...how };
  } catch {
    return undefined;
  }
}

/** Reads a line of an export's head. @returns undefined for what is no retention */
export function parseRetentionLine(line: string): Retention | undefined {
  try {
    const signed = parseJson(line);
    return isSignedCheckpoint(signed) ? readRetention(signed as SignedCheckpoint) : undefined;
  } catch {
    return undefined;
  }
}

export interface RetentionInput {
  readonly log: LogName;
  /** The log's own, in their order. */
  readonly found: readonly SignedCheckpoint[];
  /** The log's checkpoints, checked. */
  readonly chain: Pick<Chain, "signed">;
  /** Public keys, PEM. */
  readonly keys: readonly TrustedKey[];
}

/** What went out of a log by signed retentions, and what is wrong with the others. */
export interface RetentionCheck {
  /** Rows of checkpoints up to this one went; 0 where none did. */
  readonly through: number;
  readonly rows: number;
  readonly problems: readonly SealProblem[];
}

/**
 * Holds a log's retentions against the keys, each other and the checkpoints that they name. They are believed one by one from the
 * first on, up to one that isn't sound: without it the rows of what comes after have no reason to be gone.
 */
export function checkRetentions({ log, found, chain, keys }: RetentionInput): RetentionCheck {
  let last: Retention | undefined;
  for (const signed of found) {
    const next = readRetention(signed);
    const at = next && last && last.retainedAt > next.retainedAt ? last.retainedAt : (next?.retainedAt ?? "");
    const flaws = next
      ? [...flawsOf(next, { keys, log, at }), ...misfits(next, last, chain)]
      : ["it is none that this azora knows"];
    if (next && flaws.length === 0) last = next;
    else {
      const which = `retention ${next?.sequence ?? (last?.sequence ?? 0) + 1}`;
      const problems = flaws.map((flaw) => ({ checkpoint: next?.lastCheckpoint ?? null, row: null, what: `${which}: ${flaw}` }));
      return { through: last?.lastCheckpoint ?? 0, rows: last?.total ?? 0, problems };
    }
  }
  return { through: last?.lastCheckpoint ?? 0, rows: last?.total ?? 0, problems: [] };
}

function goes({ sequence }: Checkpoint, { firstCheckpoint, lastCheckpoint }: Retention): boolean {
  return sequence >= firstCheckpoint && sequence <= lastCheckpoint;
}

/** Why a retention isn't the next one after `last` of checkpoints that were sealed. */
export function misfits(next: Retention, last: Retention | undefined, { signed }: Pick<Chain, "signed">): readonly string[] {
  const { sequence, previousHash, firstCheckpoint, lastCheckpoint, checkpointHash, rows, total, sealedBefore } = next;
  const follows =
    sequence === (last?.sequence ?? 0) + 1 &&
    previousHash === (last?.hash ?? null) &&
    firstCheckpoint === (last?.lastCheckpoint ?? 0) + 1 &&
    total === (last?.total ?? 0) + rows;
  const checkpoint = signed.find((each) => each.sequence === lastCheckpoint);
  const isOld = signed.every((each) => !goes(each, next) || each.sealedAt <= sealedBefore);
  const isSealed = checkpoint?.hash === checkpointHash && checkpoint.total === total && isOld;
  return [
    ...(follows ? [] : ["it doesn't follow the one before it: one was removed, altered or put in"]),
    ...(isSealed ? [] : [`what it says is gone isn't what checkpoint ${lastCheckpoint} sealed`]),
  ];
}
