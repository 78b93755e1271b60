import type { AdminAuditEntry } from "../../control-plane/read-admin-audit.js";
import type { AuditEntry } from "../../tenant-plane/read-audit-log.js";
import { cellText } from "../cell.js";
import type { Output } from "../io.js";
import { plainLine } from "../text.js";

/** One entry of the control plane's log as one line for a person. */
export function adminAuditLine(output: Output, entry: AdminAuditEntry): string {
  const { occurredAt, operator, action, outcome, accountSlug, reason, message } = entry;
  const { colour } = output;
  const how = outcome === "done" ? colour.green(outcome) : colour.red(outcome);
  return line(output, occurredAt, [
    plainLine(operator),
    action,
    how,
    plainLine(accountSlug ?? "-"),
    plainLine(reason ?? message ?? ""),
  ]);
}

/** One entry of a tenant's log as one line for a person: who did what to which row, and the columns that changed. */
export function auditLine(output: Output, entry: AuditEntry): string {
  const { occurredAt, actor, operation, subject, rowId, method, oldValues, newValues } = entry;
  const { colour } = output;
  const what = operation === "read" ? colour.dim(operation) : operation === "delete" ? colour.red(operation) : operation;
  const columns =
    operation === "update" ? Object.keys({ ...(oldValues as object), ...(newValues as object) }).join(", ") : (method ?? "");
  return line(output, occurredAt, [plainLine(actor), what, plainLine(subject), plainLine(rowId ?? "-"), plainLine(columns)]);
}

function line(output: Output, occurredAt: Date, parts: readonly string[]): string {
  return [output.colour.dim(cellText(occurredAt, output)), ...parts].join("  ").trimEnd();
}
