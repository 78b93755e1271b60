import type { Config } from "../config.js";
import type { ControlConnection } from "../control-plane/connection.js";
import { openAdminLog } from "../control-plane/open-admin-log.js";
import { AzoraError } from "../errors.js";
import { CONTROL_PLANE, type LogName } from "../seal/line.js";
import { type OpenLog, verifyLog } from "../seal/verify-log.js";
import { openAuditLog } from "../tenant-plane/open-audit-log.js";
import { type KeptCheckpoints, readCheckpointFile } from "./checkpoint-file.js";
import { keysFor } from "./keys/keys-for.js";
import { type Installation, openInstallation } from "./open.js";
import { type NamedVerdict, verifyPurged } from "./purged-logs.js";
import { type ChosenLog, canSeeAccounts, chooseLogs, type LogChoice } from "./sealed-logs.js";

export interface VerifyLogsInput extends LogChoice {
  /** Published keys, PEM; this installation's own without one. */
  readonly publicKeyFiles: readonly string[];
  /** Checkpoints that were kept elsewhere. */
  readonly checkpointsFile?: string | undefined;
  /** In whose name tenants' logs say that they were read. */
  readonly actor: string;
  readonly onRows?: (rows: number) => void;
}

export interface LogsCheck {
  readonly logs: readonly NamedVerdict[];
  /** Tenants that are suspended: nobody reads their rows, this check included. */
  readonly skipped: readonly string[];
}

/**
 * Holds logs in the database against their checkpoints: each tenant's over the tenant's own connection, the control plane's
 * over the operator's. The keys come from elsewhere, since whoever alters the database publishes one there as well.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, NOT_CONFIGURED (key, login), INVALID_INPUT (files), ACCOUNT_SUSPENDED
 */
export async function verifyLogs(config: Config, input: VerifyLogsInput): Promise<LogsCheck> {
  const keys = await keysFor(() => config, input.publicKeyFiles);
  const kept: KeptCheckpoints = input.checkpointsFile === undefined ? new Map() : readCheckpointFile(input.checkpointsFile);
  const installation = openInstallation(config);
  const logs: NamedVerdict[] = [];
  const skipped: string[] = [];
  const here = new Set<LogName>();
  let before = 0;
  try {
    const connection = canSeeAccounts(config) ? await installation.administration() : undefined;
    for await (const { accountId, slug, tenant } of chosen(connection, input)) {
      here.add(accountId ?? CONTROL_PLANE);
      if (tenant?.suspension === "full" && input.tenant === undefined) {
        skipped.push(tenant.slug);
        continue;
      }
      const log = await openLog(installation, { accountId, connection, actor: input.actor });
      try {
        const verdict = await verifyLog(log, {
          keys,
          kept: kept.get(accountId ?? CONTROL_PLANE) ?? [],
          onRows: (rows) => input.onRows?.(before + rows),
        });
        before += verdict.rows;
        logs.push({ ...verdict, slug });
      } finally {
        await log.close();
      }
    }
    if (connection && input.tenant === undefined && !input.controlPlane) {
      logs.push(...(await verifyPurged(connection, { keys, kept, here })));
    }
  } finally {
    await installation.close();
  }
  return { logs, skipped };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where nobody can list the accounts, a tenant is named by its id. @throws AzoraError NOT_CONFIGURED */
async function* chosen(connection: ControlConnection | undefined, choice: LogChoice): AsyncGenerator<ChosenLog> {
  const { tenant } = choice;
  if (connection) yield* chooseLogs(connection, choice);
  else if (tenant !== undefined && UUID.test(tenant)) yield { accountId: tenant.toLowerCase(), slug: null, tenant: null };
  else {
    throw new AzoraError("NOT_CONFIGURED", "Only a login of the control plane or the owner's knows which tenants there are.", {
      hint: "Name one tenant by its id, or set AZORA_CONTROL_URL or AZORA_OWNER_URL.",
    });
  }
}

interface Opening {
  readonly accountId: string | null;
  readonly connection: ControlConnection | undefined;
  readonly actor: string;
}

/** One log, over the login whose log it is. */
export async function openLog(installation: Installation, { accountId, connection, actor }: Opening): Promise<OpenLog> {
  if (accountId !== null) return openAuditLog(await installation.tenant(), { accountId, actor });
  return openAdminLog(connection ?? (await installation.administration()));
}
