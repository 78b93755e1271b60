import type { Config } from "../config.js";
import { sealLog } from "../control-plane/seal-log.js";
import { AzoraError } from "../errors.js";
import type { Checkpoint, SignedCheckpoint } from "../seal/checkpoint.js";
import { CONTROL_PLANE, type LogName } from "../seal/line.js";
import { appendCheckpoint, type KeptCheckpoints, readKept } from "./checkpoint-file.js";
import { openInstallation } from "./open.js";
import { chooseLogs, type LogChoice } from "./sealed-logs.js";

export interface SealLogsInput extends LogChoice {
  /** Add the checkpoints to this file, those it lacks included; what doesn't continue the ones in it isn't signed. */
  readonly file?: string | undefined;
  readonly dryRun: boolean;
  /** Told each new checkpoint when it is committed. */
  readonly onCheckpoint?: (checkpoint: SignedCheckpoint) => void;
  /** Told how many logs are done. */
  readonly onLog?: (done: number) => void;
}

/** A checkpoint that was made, as it is printed. */
export interface NewCheckpoint extends Checkpoint {
  readonly slug: string | null;
}

export interface SealLogsResult {
  readonly dryRun: boolean;
  /** Logs that were looked at. */
  readonly logs: number;
  readonly checkpoints: readonly NewCheckpoint[];
  /** Logs that were not sealed, since they don't continue what was kept elsewhere. */
  readonly refused: readonly { readonly log: LogName; readonly slug: string | null; readonly why: string }[];
}

/**
 * Seals one log or all, each in transactions of its own.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, NOT_CONFIGURED (key, login), INVALID_INPUT and FAILURE (file)
 */
export async function sealLogs(config: Config, input: SealLogsInput): Promise<SealLogsResult> {
  const { file, dryRun, onCheckpoint = () => undefined, onLog = () => undefined } = input;
  const kept: KeptCheckpoints | undefined = file === undefined ? undefined : readKept(file);
  const installation = openInstallation(config);
  const checkpoints: NewCheckpoint[] = [];
  const refused: SealLogsResult["refused"][number][] = [];
  let logs = 0;
  try {
    const connection = await installation.administration();
    for await (const { accountId, slug } of chooseLogs(connection, input)) {
      const log = accountId ?? CONTROL_PLANE;
      try {
        const made = await sealLog(connection, {
          ...{ accountId, slug, dryRun },
          ...(kept && { kept: kept.get(log)?.at(-1) ?? null }),
          onCheckpoint: (checkpoint) => {
            if (file !== undefined && !dryRun) appendCheckpoint(file, checkpoint);
            onCheckpoint(checkpoint);
          },
        });
        checkpoints.push(...made.map((each) => ({ ...each, slug })));
      } catch (error) {
        if (!(error instanceof AzoraError) || error.code !== "VIOLATIONS") throw error;
        refused.push({ log, slug, why: error.message });
      }
      onLog(++logs);
    }
  } finally {
    await installation.close();
  }
  return { dryRun, logs, checkpoints, refused };
}
