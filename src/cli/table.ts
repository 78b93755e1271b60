import type { ChalkInstance } from "chalk";
import Table from "cli-table3";
import { type Cell, cellText } from "./cell.js";
import { renderDetails } from "./details.js";
import type { Output } from "./io.js";
import { displayWidth, wrapLines } from "./text.js";

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => Cell;
  readonly align?: "left" | "right";
  /** May be wrapped when the terminal is too narrow. */
  readonly canShrink?: boolean;
  /** May be left out when it is narrower still. */
  readonly canDrop?: boolean;
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
  if (!output.isTty) return tabSeparated(output, columns, rows);
  const withoutLesser = columns.filter(({ canDrop }) => !canDrop);
  for (const candidates of [columns, withoutLesser]) {
    const widths = fitWidths(output, candidates, rows);
    if (widths) return drawTable(output, candidates, widths, rows);
  }
  return records(output, columns, rows);
}

function tabSeparated<Row>(output: Target, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = rows.map((row) => columns.map((column) => paintCell(output, column, row, cellText(column.value(row), output))));
  return [columns.map(({ title }) => title), ...lines].map((cells) => cells.join("\t")).join("\n");
}

function paintCell<Row>({ colour }: Target, { paint }: Column<Row>, row: Row, text: string): string {
  return paint ? paint(text, colour, row) : text;
}

/** @returns a width for each column, or undefined when the terminal is too narrow for them */
function fitWidths<Row>(output: Target, columns: readonly Column<Row>[], rows: readonly Row[]): number[] | undefined {
  const widths = columns.map(({ title, value }) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(cellText(value(row), output))), displayWidth(title)),
  );
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (columns.length - 1) - output.width;
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

/** What cli-table3 does takes the square of the rows, so it gets a page of them at a time; all columns have their widths. */
const PAGE = 100;

function drawTable<Row>(output: Target, columns: readonly Column<Row>[], widths: number[], rows: readonly Row[]): string {
  const head = columns.map(({ title }) => output.colour.bold(title));
  const lines = rows.flatMap((row) => linesOf(output, columns, widths, row));
  const pages = [drawPage(columns, widths, { head, lines: lines.slice(0, PAGE) })];
  for (let at = PAGE; at < lines.length; at += PAGE)
    pages.push(drawPage(columns, widths, { head: [], lines: lines.slice(at, at + PAGE) }));
  return pages.join("\n");
}

/** A row as lines of cells: what cli-table3 does with a text of several lines takes the cube of its length. */
function linesOf<Row>(output: Target, columns: readonly Column<Row>[], widths: number[], row: Row): string[][] {
  const cells = columns.map((column, i) => wrapLines(cellText(column.value(row), output), widths[i] ?? NARROWEST));
  const paint = (column: Column<Row>, line = "") => (line === "" ? "" : paintCell(output, column, row, line));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) => columns.map((column, i) => paint(column, cells[i]?.[at])));
}

interface Page {
  readonly head: string[];
  readonly lines: readonly string[][];
}

function drawPage<Row>(columns: readonly Column<Row>[], widths: number[], { head, lines }: Page): string {
  const table = new Table({
    head,
    chars: NO_LINES,
    colWidths: widths,
    colAligns: columns.map(({ align = "left" }) => align),
    // cli-table3 colours by itself, whatever the stream, unless told not to.
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  table.push(...lines);
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
