import type { KeptLog, NewRetention, RetainLogsResult } from "../../installation/retain-logs.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

/** What went, or would, and below it what stays and why. */
export function retainedLogs(output: Output, { retentions, kept }: RetainLogsResult): string {
  const parts = [retentions.length > 0 ? retentionTable(output, retentions) : "", kept.length > 0 ? keptTable(output, kept) : ""];
  return parts.filter((part) => part !== "").join("\n\n");
}

function retentionTable(output: Output, retentions: readonly NewRetention[]): string {
  return renderTable(
    output,
    [
      { title: "LOG", value: (each) => each.slug ?? each.log },
      { title: "CHECKPOINTS", value: ({ firstCheckpoint, lastCheckpoint }) => `${firstCheckpoint}-${lastCheckpoint}` },
      { title: "ROWS", value: ({ rows }) => rows, align: "right" },
      { title: "IN ALL", value: ({ total }) => total, align: "right" },
      { title: "SEALED BEFORE", value: ({ sealedBefore }) => new Date(sealedBefore) },
      { title: "EXPORT", value: (each) => each.export.sha256, canDrop: true, paint: (text, colour) => colour.dim(text) },
    ],
    retentions,
  );
}

function keptTable(output: Output, kept: readonly KeptLog[]): string {
  return renderTable(
    output,
    [
      { title: "KEPT", value: (each) => each.slug ?? each.log },
      { title: "WHY", value: ({ why }) => why, canShrink: true },
    ],
    kept,
  );
}
