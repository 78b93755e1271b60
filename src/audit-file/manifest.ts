import type { LogFilter } from "../database/logs/log.js";
import { VERSION } from "../version.js";
import type { AuditFormat, Encoding } from "./encode.js";
import { OCSF } from "./ocsf.js";
import type { AuditLogName, AuditSource } from "./source.js";
import type { Passed } from "./tally.js";

/** What an export holds, for whoever keeps it and whoever continues it. */
export interface AuditManifest {
  readonly azora: string;
  readonly log: AuditLogName;
  /** Null for the control plane's log. */
  readonly accountId: string | null;
  /** Null for an export to stdout. */
  readonly file: string | null;
  readonly format: AuditFormat;
  readonly compression: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly firstId: string | null;
  readonly lastId: string | null;
  readonly filters: LogFilter;
  /** The cursor that it began with; null where it began with the beginning. */
  readonly after: string | null;
  /** The cursor to continue with: `--after`. */
  readonly cursor: string;
  readonly exportedAt: string;
  readonly schema: object;
}

export interface ManifestInput extends Encoding {
  readonly source: Pick<AuditSource, "log" | "fields">;
  readonly accountId: string | null;
  readonly file: string | null;
  readonly filters: LogFilter;
  readonly after: string | undefined;
  readonly cursor: string;
  readonly passed: Passed;
}

export function manifestOf(input: ManifestInput): AuditManifest {
  const { source, accountId, file, format, compression = "none", filters, after = null, cursor, passed } = input;
  const { sha256, bytes, rows, firstId, lastId } = passed;
  return {
    ...{ azora: VERSION, log: source.log, accountId, file, format, compression },
    ...{ sha256, bytes, rows, firstId, lastId, filters, after, cursor },
    exportedAt: new Date().toISOString(),
    schema:
      format === "ocsf"
        ? { name: "ocsf", version: OCSF.version, class_uid: OCSF.classUid }
        : { name: `azora.audit.${source.log}`, fields: source.fields },
  };
}
