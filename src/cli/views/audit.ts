import type { AdminAuditEntry } from "../../control-plane/read-admin-audit.js";
import { cellText } from "../cell.js";
import type { Output } from "../io.js";
import { plainLine } from "../text.js";

/** One entry as one line for a person. */
export function adminAuditLine(output: Output, entry: AdminAuditEntry): string {
  const { occurredAt, operator, action, outcome, accountSlug, reason, message } = entry;
  const { colour } = output;
  const how = outcome === "done" ? colour.green(outcome) : colour.red(outcome);
  const why = reason ?? message ?? "";
  return [
    colour.dim(cellText(occurredAt, output)),
    plainLine(operator),
    action,
    how,
    plainLine(accountSlug ?? "-"),
    plainLine(why),
  ]
    .join("  ")
    .trimEnd();
}
