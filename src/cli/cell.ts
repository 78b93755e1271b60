import type { Output } from "./io.js";
import { plainLine } from "./text.js";

/** A value as a view hands it over; how it is written depends on who reads. */
export type Cell = string | number | boolean | Date | null | undefined;

/** For a person: local time to the minute, grouped digits, a dash for nothing. */
function forPeople(cell: Cell): string {
  if (cell === null || cell === undefined || cell === "") return "-";
  if (cell instanceof Date) return localTime(cell);
  if (typeof cell === "number") return cell.toLocaleString("en-US");
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return plainLine(cell);
}

/** For a script: ISO time, bare digits, nothing for nothing. */
function forScripts(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  return cell instanceof Date ? cell.toISOString() : plainLine(String(cell));
}

/** @returns one line without colour, as the stream's reader wants it */
export function cellText(cell: Cell, { isTty }: Pick<Output, "isTty">): string {
  return isTty ? forPeople(cell) : forScripts(cell);
}

function localTime(time: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
