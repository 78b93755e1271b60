import type { LogCounts, NameCount } from "../../database/logs/count.js";
import { renderBars } from "../bars.js";
import { cellText } from "../cell.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

/** Days that are drawn; the JSON has all of them. */
const MOST_DAYS = 31;
const DAY_MS = 86_400_000;

/** What a log holds: bars on a terminal, one table in a pipe. */
export function auditStatsView(output: Output, { total, by, days }: LogCounts): string {
  if (!output.isTty) return plain(output, by, days);
  const { bold, dim } = output.colour;
  const parts = Object.entries(by).map(([dimension, { names, top }]) => {
    const rest = names - top.length;
    const more = rest > 0 ? `\n${dim(`and ${cellText(rest, output)} more`)}` : "";
    return `${bold(dimension.toUpperCase())}\n${renderBars(output, top)}${more}`;
  });
  const drawn = everyDay(days).slice(-MOST_DAYS);
  return [
    `${cellText(total, output)} entries`,
    ...(total > 0 ? [...parts, `${bold("DAY")}\n${renderBars(output, drawn)}`] : []),
  ].join("\n\n");
}

function plain(output: Output, by: LogCounts["by"], days: readonly NameCount[]): string {
  const rows = [
    ...Object.entries(by).flatMap(([dimension, { top }]) => top.map((each) => ({ dimension, ...each }))),
    ...days.map((each) => ({ dimension: "day", ...each })),
  ];
  const columns = [
    { title: "BY", value: (row: (typeof rows)[number]) => row.dimension },
    { title: "NAME", value: (row: (typeof rows)[number]) => row.name },
    { title: "ENTRIES", value: (row: (typeof rows)[number]) => row.count },
  ];
  return renderTable(output, columns, rows);
}

/** A day on which nothing happened is as much to be seen as the others. */
function everyDay(days: readonly NameCount[]): NameCount[] {
  const [first, last] = [days[0], days.at(-1)].map((day) => (day ? Date.parse(day.name) : Number.NaN)) as [number, number];
  const counts = new Map(days.map(({ name, count }) => [name, count]));
  const from = Math.max(first, last - (MOST_DAYS - 1) * DAY_MS);
  const all: NameCount[] = [];
  for (let at = from; at <= last; at += DAY_MS) {
    const name = new Date(at).toISOString().slice(0, 10);
    all.push({ name, count: counts.get(name) ?? 0 });
  }
  return all;
}
