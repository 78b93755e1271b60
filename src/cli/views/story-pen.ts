import type { Cell } from "../../quickstart/events.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";
import { wrapLines } from "../text.js";
import type { Pen } from "./story.js";

/** Longer lines are hard to read, on however wide a screen; a pipe gets lines of this length. */
const WIDEST = 110;

/** What the story is written with on this stream. */
export function penOf(out: Output): Pen {
  const { colour } = out;
  return {
    width: out.isTty ? Math.min(out.width, WIDEST) : WIDEST,
    bold: colour.bold,
    dim: colour.dim,
    good: colour.green,
    bad: colour.red,
    code: colour.cyan,
    wrap: wrapLines,
    table: (head, rows, width) => drawTable(out, head, rows, width),
  };
}

/** Aligned in a pipe too: it is part of a text for people, and scripts have --json. */
function drawTable({ colour }: Output, head: readonly string[], rows: readonly (readonly Cell[])[], width: number): string {
  const columns = head.map((title, at) => ({
    title,
    value: (row: readonly Cell[]) => row[at],
    align: typeof rows[0]?.[at] === "number" ? ("right" as const) : ("left" as const),
    canShrink: at > 0,
  }));
  return renderTable({ isTty: true, width, colour }, columns, rows);
}
