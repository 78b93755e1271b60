import { type Encoding, encodeAudit } from "../audit-file/encode.js";
import { type AuditManifest, manifestOf } from "../audit-file/manifest.js";
import { Tally } from "../audit-file/tally.js";
import type { Config } from "../config.js";
import { finishAdminAuditExport } from "../control-plane/finish-admin-audit-export.js";
import { exportAdminAudit } from "../control-plane/read-admin-audit.js";
import type { ExportQuery } from "../database/logs/export.js";
import { writeCheckpointLine } from "../seal/checkpoint.js";
import { finishAuditExport } from "../tenant-plane/finish-audit-export.js";
import { exportAuditLog } from "../tenant-plane/read-audit-log.js";
import { readerOf } from "./audit-logs.js";
import type { Installation } from "./open.js";

export interface ExportAuditInput extends Encoding {
  /** Slug or id; without one the control plane's log is exported. */
  readonly tenant: string | undefined;
  /** Whom the tenant's log shall name as its reader. */
  readonly actor: string;
  readonly query: Omit<ExportQuery, "jsonAsText">;
  /** The file's name, for the manifest; null for a stream. */
  readonly file: string | null;
  /** Told how many entries have passed. */
  readonly onRows?: (rows: number) => void;
}

export interface AuditExport {
  /** To be read once. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What was exported, once all bytes have been read. */
  manifest(): AuditManifest;
  /**
   * Writes down that all bytes are where they belong. @param manifest what manifest() said
   * @returns whether what is in it may go by a retention: the whole log as lines that can be checked, or its next part
   * @throws AzoraError as when it began
   */
  finish(manifest: AuditManifest): Promise<boolean>;
}

/**
 * Begins to export an audit log as the bytes of a file, in constant memory.
 * @throws AzoraError NOT_FOUND, NOT_PERMITTED, INVALID_INPUT, ACCOUNT_SUSPENDED, and as the installation does
 */
export async function exportAudit(installation: Installation, config: Config, input: ExportAuditInput): Promise<AuditExport> {
  const { tenant, actor, query, file, onRows, format, compression } = input;
  const how = { ...query, jsonAsText: format !== "jsonl" };
  const reader = tenant === undefined ? undefined : await readerOf(installation, config, { tenant, actor });
  const { lines, fields, cursor, checkpoints, lastCheckpoint } = reader
    ? await exportAuditLog(reader.connection, reader.context, how)
    : await exportAdminAudit(await installation.control(), how);
  const tally = new Tally(onRows);
  const source = { log: reader ? "tenant" : "control-plane", fields, lines: tally.lines(lines) } as const;
  const { after, checkpoints: _, ...filters } = query;
  return {
    bytes: tally.bytes(encodeAudit(source, { format, compression, head: checkpoints.map(writeCheckpointLine).join("") })),
    manifest() {
      const accountId = reader?.context.accountId ?? null;
      return manifestOf({ source, accountId, file, format, compression, filters, after, cursor, passed: tally.passed() });
    },
    async finish({ rows, sha256 }) {
      const isWhole = format === "jsonl" && Object.values(filters).every((value) => value === undefined);
      if (!isWhole) return false;
      const finished = { after: after ?? null, cursor, lastCheckpoint, rows, sha256 };
      if (reader) return finishAuditExport(reader.connection, reader.context, finished);
      return finishAdminAuditExport(await installation.control(), finished);
    },
  };
}
