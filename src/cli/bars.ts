import { cellText } from "./cell.js";
import type { Output } from "./io.js";
import { displayWidth, plainLine } from "./text.js";

export interface Bar {
  readonly name: string;
  readonly count: number;
}

type Target = Pick<Output, "isTty" | "width" | "colour">;

const GAP = "  ";
/** A block in eighths, from the left. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const LONGEST_NAME = 32;
const WIDEST_BAR = 40;

/** Names with their counts as bars, the largest as wide as there is room for; for people, on a terminal. */
export function renderBars(output: Target, bars: readonly Bar[]): string {
  const names = bars.map(({ name }) => shorten(plainLine(name) || "-"));
  const counts = bars.map(({ count }) => cellText(count, output));
  const nameWidth = Math.max(0, ...names.map(displayWidth));
  const countWidth = Math.max(0, ...counts.map(displayWidth));
  const room = Math.min(WIDEST_BAR, output.width - nameWidth - countWidth - 2 * GAP.length);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return bars
    .map(({ count }, at) => {
      const name = names[at] ?? "";
      const start = `${name}${" ".repeat(nameWidth - displayWidth(name))}${GAP}${(counts[at] ?? "").padStart(countWidth)}`;
      return room < 1 ? start : `${start}${GAP}${output.colour.cyan(drawBar((count / most) * room))}`.trimEnd();
    })
    .join("\n");
}

/** @param length in columns; what is there at all is seen */
function drawBar(length: number): string {
  const eighths = length > 0 ? Math.max(1, Math.round(length * 8)) : 0;
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

function shorten(name: string): string {
  return displayWidth(name) <= LONGEST_NAME ? name : `${[...name].slice(0, LONGEST_NAME - 1).join("")}…`;
}
