import type { Config } from "../config.js";
import { retainLog } from "../control-plane/retain-log.js";
import { AzoraError, type ErrorCode } from "../errors.js";
import { CONTROL_PLANE, type LogName } from "../seal/line.js";
import type { Retention } from "../seal/retention.js";
import { openInstallation } from "./open.js";
import { chooseLogs, type LogChoice } from "./sealed-logs.js";

export interface RetainLogsInput extends LogChoice {
  readonly olderThanSeconds: number;
  readonly dryRun: boolean;
  /** Told how many rows have gone. */
  readonly onRows?: (rows: number) => void;
}

/** A retention that was made, as it is printed. */
export interface NewRetention extends Retention {
  readonly slug: string | null;
}

/** A log of which nothing went, and why. */
export interface KeptLog {
  readonly log: LogName;
  readonly slug: string | null;
  readonly code: ErrorCode;
  readonly why: string;
  readonly hint: string | null;
}

export interface RetainLogsResult {
  readonly dryRun: boolean;
  /** Logs that were looked at. */
  readonly logs: number;
  readonly retentions: readonly NewRetention[];
  readonly kept: readonly KeptLog[];
}

/** What stands in the way of one log and of no other. */
const REASONS: ReadonlySet<ErrorCode> = new Set(["LEGAL_HOLD", "ILLEGAL_STEP", "CONFLICT", "VIOLATIONS"]);

/**
 * Removes what is old from one log or from all, each in transactions of its own. Of all logs, one that may not go doesn't keep the others.
 * @throws AzoraError as retainLog(), for one log; NOT_FOUND, NOT_PERMITTED, NOT_CONFIGURED, INVALID_INPUT for all
 */
export async function retainLogs(config: Config, input: RetainLogsInput): Promise<RetainLogsResult> {
  const { olderThanSeconds, dryRun, onRows = () => undefined, tenant, controlPlane } = input;
  const installation = openInstallation(config);
  const retentions: NewRetention[] = [];
  const kept: KeptLog[] = [];
  let [logs, rows] = [0, 0];
  try {
    const connection = await installation.administration();
    for await (const { accountId, slug } of chooseLogs(connection, input)) {
      logs++;
      try {
        const onRetention = (retention: Retention) => {
          rows += retention.rows;
          onRows(rows);
        };
        const made = await retainLog(connection, { accountId, slug, olderThanSeconds, dryRun, onRetention });
        retentions.push(...made.map((each) => ({ ...each, slug })));
      } catch (error) {
        const isOne = tenant !== undefined || controlPlane;
        if (isOne || !(error instanceof AzoraError) || !REASONS.has(error.code)) throw error;
        const { code, message: why, hint = null } = error;
        kept.push({ log: accountId ?? CONTROL_PLANE, slug, code, why, hint });
      }
    }
  } finally {
    await installation.close();
  }
  return { dryRun, logs, retentions, kept };
}
