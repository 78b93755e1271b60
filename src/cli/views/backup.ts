import type { Comparison } from "../../installation/backup/compare.js";
import type { Manifest } from "../../installation/backup/manifest.js";
import type { RestoreResult } from "../../installation/backup/restore.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";

/** What `azora backup` says. Part of the public JSON. */
export interface BackupResult {
  readonly file: string;
  readonly bytes: number;
  readonly manifest: Manifest;
  /** Null unless it was asked for. */
  readonly test: Comparison | null;
}

export function backupDetails(output: Output, { file, bytes, manifest, test }: BackupResult): string {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return renderDetails(output, [
    { label: "File", value: file },
    { label: "Bytes", value: bytes },
    { label: "Database", value: manifest.database },
    { label: "Made by", value: manifest.program ?? "a copy of the embedded database" },
    { label: "Tables", value: manifest.tables.length },
    { label: "Rows", value: rows },
    { label: "Configuration", value: manifest.secrets ? "included" : "left out" },
    { label: "Context keys", value: manifest.contextKeys ? "included" : "left out" },
    { label: "Test restore", value: test ? comparison(test) : "not asked for" },
  ]);
}

export function restoreDetails(output: Output, { backup, database, comparison: compared, steps, checks }: RestoreResult): string {
  return renderDetails(output, [
    { label: "Backup of", value: backup.database },
    { label: "Taken", value: backup.createdAt },
    { label: "Into", value: database },
    ...(compared ? [{ label: "Compared", value: comparison(compared) }] : []),
    ...(steps ?? []).map(({ name, detail }) => ({ label: name, value: detail })),
    ...(checks
      ? [
          { label: "Doctor", value: checks.failed.length === 0 ? "ok" : checks.failed.map(({ name }) => name).join(", ") },
          { label: "Isolation", value: checks.isolation },
        ]
      : []),
  ]);
}

function comparison({ tables, rows, differences }: Comparison): string {
  return differences.length === 0 ? `${tables} tables, ${rows} rows, all the same` : differences.join("; ");
}
