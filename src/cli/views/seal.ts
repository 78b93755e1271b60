import type { NamedVerdict } from "../../installation/purged-logs.js";
import type { NewCheckpoint } from "../../installation/seal-logs.js";
import type { LogsCheck } from "../../installation/verify-logs.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

/** The checkpoints that were made. */
export function checkpointTable(output: Output, checkpoints: readonly NewCheckpoint[]): string {
  return renderTable(
    output,
    [
      { title: "LOG", value: (each) => each.slug ?? each.log },
      { title: "CHECKPOINT", value: ({ sequence }) => sequence, align: "right" },
      { title: "ROWS", value: ({ rows }) => rows, align: "right" },
      { title: "IN ALL", value: ({ total }) => total, align: "right" },
      { title: "SEALED", value: ({ sealedAt }) => new Date(sealedAt) },
      { title: "HASH", value: ({ hash }) => hash, canDrop: true, paint: (text, colour) => colour.dim(text) },
    ],
    checkpoints,
  );
}

/** What was looked at, and below it what isn't as it was sealed. */
export function logsCheck(output: Output, { logs }: LogsCheck): string {
  const table = renderTable(
    output,
    [
      { title: "LOG", value: (each) => each.slug ?? each.log },
      { title: "CHECKPOINTS", value: ({ checkpoints }) => checkpoints, align: "right" },
      { title: "ROWS", value: ({ rows }) => rows, align: "right" },
      { title: "SEALED", value: ({ sealed }) => sealed, align: "right" },
      { title: "REMOVED", value: ({ removed }) => removed, align: "right", canDrop: true },
      { title: "UP TO", value: ({ lastCheckpoint }) => (lastCheckpoint ? new Date(lastCheckpoint.sealedAt) : null) },
      { title: "PROBLEMS", value: ({ problems, untold }) => problems.length + untold, align: "right" },
    ],
    logs,
  );
  return [table, ...logs.filter(({ problems }) => problems.length > 0).map((each) => problemTable(output, each))].join("\n\n");
}

function problemTable(output: Output, { log, slug, problems }: NamedVerdict): string {
  return renderTable(
    output,
    [
      { title: "LOG", value: () => slug ?? log },
      { title: "CHECKPOINT", value: ({ checkpoint }) => checkpoint, align: "right" },
      { title: "ROW", value: ({ row }) => row },
      { title: "WHAT", value: ({ what }) => what, canShrink: true, paint: (text, colour) => colour.red(text) },
    ],
    problems,
  );
}
