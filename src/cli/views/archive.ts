import type { ImportTenantResult } from "../../installation/import/import-tenant.js";
import type { ExportTenantResult } from "../../tenant-plane/export/export-tenant.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { countsTable } from "./receipt.js";

/** What went into an archive. */
export function exportDetails(
  output: Output,
  { account, exportedAt, manifest, keyId, tables, rows }: ExportTenantResult,
): string {
  const details = renderDetails(output, [
    { label: "Slug", value: account.slug },
    { label: "Account", value: account.id },
    { label: "Exported", value: new Date(exportedAt) },
    { label: "Manifest", value: manifest },
    { label: "Key", value: keyId },
  ]);
  return `${details}\n\n${countsTable(output, tables, rows)}`;
}

/** What came out of one. */
export function importDetails(output: Output, { account, archive, tables, rows }: ImportTenantResult): string {
  const details = renderDetails(output, [
    { label: "Slug", value: account.slug },
    { label: "Name", value: account.name },
    { label: "Account", value: account.id },
    ...(account.id === archive.accountId ? [] : [{ label: "There", value: archive.accountId }]),
    { label: "Exported", value: new Date(archive.exportedAt) },
    { label: "Manifest", value: archive.manifest },
    { label: "Key", value: archive.keyId },
  ]);
  return `${details}\n\n${countsTable(output, tables, rows)}`;
}
