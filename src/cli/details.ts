import type { ChalkInstance } from "chalk";
import { type Cell, cellText } from "./cell.js";
import type { Output } from "./io.js";
import { displayWidth, wrapLines } from "./text.js";

/** One line of a record. */
export interface Detail {
  readonly label: string;
  readonly value: Cell;
  readonly paint?: (text: string, colour: ChalkInstance) => string;
}

/** A record: aligned and wrapped on a terminal, `label<TAB>value` in a pipe. */
export function renderDetails(output: Pick<Output, "isTty" | "width" | "colour">, details: readonly Detail[]): string {
  const { isTty, width, colour } = output;
  const paintWith = ({ paint }: Detail, text: string) => (paint ? paint(text, colour) : text);
  if (!isTty) return details.map((detail) => `${detail.label}\t${paintWith(detail, cellText(detail.value, output))}`).join("\n");
  const margin = Math.max(...details.map(({ label }) => displayWidth(label))) + 2;
  return details
    .flatMap((detail) => {
      const lines = wrapLines(cellText(detail.value, output), Math.max(20, width - margin));
      return lines.map((line, at) => {
        const label = at === 0 ? colour.bold(detail.label) + " ".repeat(margin - displayWidth(detail.label)) : " ".repeat(margin);
        return label + paintWith(detail, line);
      });
    })
    .join("\n");
}
