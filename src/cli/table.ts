import type { ChalkInstance } from "chalk";
import Table from "cli-table3";
import { type Cell, cellText } from "./cell.js";
import { renderDetails } from "./details.js";
import type { Output } from "./io.js";
import { displayWidth } from "./text.js";

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => Cell;
  readonly align?: "left" | "right";
  /** May be cut when the terminal is too narrow. */
  readonly canShrink?: boolean;
  readonly paint?: (text: string, colour: ChalkInstance, row: Row) => string;
}

type Target = Pick<Output, "isTty" | "width" | "colour">;

const GAP = "  ";
const NARROWEST = 8;

/**
 * A table for whoever reads: on a terminal it fits the width (and becomes a list of records
 * where it can't), in a pipe it is tab-separated lines under a line of titles.
 */
export function renderTable<Row>(output: Target, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const texts = rows.map((row) => columns.map((column) => cellText(column.value(row), output)));
  if (!output.isTty) return lines([columns.map(({ title }) => title), ...paintAll(output, columns, rows, texts)]);
  const widths = fitWidths(columns, texts, output.width);
  return widths ? drawTable(output, columns, widths, paintAll(output, columns, rows, texts)) : records(output, columns, rows);
}

function lines(cells: readonly (readonly string[])[]): string {
  return cells.map((row) => row.join("\t")).join("\n");
}

function paintAll<Row>(
  { colour }: Target,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  texts: readonly string[][],
): string[][] {
  return rows.map((row, at) => columns.map(({ paint }, i) => paintCell(texts[at]?.[i] ?? "", paint, colour, row)));
}

function paintCell<Row>(text: string, paint: Column<Row>["paint"], colour: ChalkInstance, row: Row): string {
  return paint ? paint(text, colour, row) : text;
}

/** @returns a width for each column, or undefined when the terminal is too narrow for all of them */
function fitWidths<Row>(columns: readonly Column<Row>[], texts: readonly string[][], width: number): number[] | undefined {
  const widths = columns.map(({ title }, i) =>
    Math.max(displayWidth(title), ...texts.map((row) => displayWidth(row[i] as string))),
  );
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1) - width;
  while (excess > 0) {
    const candidates = columns.flatMap(({ canShrink }, i) => (canShrink && (widths[i] ?? 0) > NARROWEST ? [i] : []));
    const [widest] = candidates.sort((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0));
    if (widest === undefined) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return widths;
}

const NO_LINES = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "" },
  ...{ "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: GAP },
};

function drawTable<Row>({ colour }: Target, columns: readonly Column<Row>[], widths: number[], cells: string[][]): string {
  const table = new Table({
    head: columns.map(({ title }) => colour.bold(title)),
    chars: NO_LINES,
    colWidths: widths,
    colAligns: columns.map(({ align = "left" }) => align),
    // cli-table3 colours by itself, whatever the stream, unless told not to.
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  table.push(...cells);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function records<Row>(output: Target, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const each = rows.map((row) =>
    columns.map(({ title, value, paint }) => ({
      label: title,
      value: value(row),
      ...(paint && { paint: (text: string, colour: ChalkInstance) => paint(text, colour, row) }),
    })),
  );
  return each.map((details) => renderDetails(output, details)).join("\n\n");
}
