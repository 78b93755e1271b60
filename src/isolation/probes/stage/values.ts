import { randomUUID } from "node:crypto";
import type { ValueType } from "./types.js";

/** What makes one synthetic value differ from the next. */
export interface Seed {
  /** In every text: lower-case letters, and nobody else's. */
  readonly marker: string;
  readonly number: number;
}

/** Shapes that constraints on texts ask for, `#` standing for what makes a text the only one. */
const TEXT_SHAPES = [
  "#",
  "#@example.invalid",
  "https://#.example.invalid/",
  "#.example.invalid",
  "#:read",
  "# X",
  "X#",
  "X-1",
  "A",
  "a",
  "AB",
  "ab",
  "ABC",
  "abc",
  "ab-CD",
  "en-US",
  "0",
  "1",
  "12",
  "1234",
  "12345678",
  "+12025550123",
  "1.0.0",
  "12:34",
  "2000-01-01",
  "UTC",
  "Europe/Berlin",
  "#ffffff",
  "192.0.2.1",
  "00000000-0000-4000-8000-000000000000",
  "0123456789abcdef0123456789abcdef",
  "0123456789abcdef0123456789abcdef01234567",
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "{}",
  "/",
  "",
];

const BY_NAME: Readonly<Record<string, readonly string[]>> = {
  json: ["{}", "[]"],
  jsonb: ["{}", "[]"],
  bytea: ["\\x00"],
  inet: ["192.0.2.1"],
  cidr: ["192.0.2.0/24"],
  macaddr: ["02:00:00:00:00:01"],
  macaddr8: ["02:00:00:00:00:00:00:01"],
  xml: ["<a/>"],
  tsvector: ["a"],
  tsquery: ["a"],
  money: ["1"],
  pg_lsn: ["0/1"],
};

/**
 * Values to try for a column, likely ones first; the first is the only one of its kind where the type has room for that.
 * @param hints values that stand in its constraints
 * @returns texts that PostgreSQL reads as the type; none where nothing is known of it
 */
export function candidates(type: ValueType, seed: Seed, hints: readonly string[]): readonly string[] {
  const found = valuesOf(type, seed, hints);
  return [...new Set(found)];
}

function valuesOf({ name, category, labels }: ValueType, seed: Seed, hints: readonly string[]): readonly string[] {
  const base = name.replace(/\(.*?\)/, "");
  if (base === "uuid") return [randomUUID()];
  const known = BY_NAME[base];
  if (known) return known;
  switch (category) {
    case "E":
      return labels;
    case "B":
      return ["true", "false"];
    case "N":
      return numbers(name, seed, hints);
    case "D":
      return moments(base, seed);
    case "T":
      return ["1 hour"];
    case "S":
      return texts(lengthOf(name), seed, hints);
    case "A":
      return ["{}", ...hints.filter((hint) => hint.startsWith("{"))];
    case "R":
      return ["empty"];
    case "G":
      return ["(0,0)", "((0,0),(1,1))", "<(0,0),1>"];
    case "V":
      return ["1".repeat(lengthOf(name) ?? 1)];
    default:
      return [];
  }
}

function numbers(name: string, { number }: Seed, hints: readonly string[]): string[] {
  const exact = /^numeric\((\d+),(-?\d+)\)/.exec(name);
  const isWhole = /^(smallint|integer|bigint|oid)$/.test(name);
  // The first that the type has no room for.
  const limit = name === "smallint" ? 32_768 : exact ? 10 ** (Number(exact[1]) - Number(exact[2])) : 2_147_483_648;
  const own = limit >= 2_000_000_000 ? 1_900_000_000 + number : limit > 2 ? limit - 1 - (number % Math.floor(limit / 2)) : 0;
  const near = hints.map(Number).flatMap((hint) => [hint, hint + 1, hint - 1, hint / 2]);
  const all = [own, 1, ...near, 0, 10, 100, 0.5, -1];
  return all
    .filter((value) => Number.isFinite(value) && Math.abs(value) < limit && (!isWhole || Number.isInteger(value)))
    .map(String);
}

/** Old ones, so that no constraint on the future or on a retention meets them by chance. */
function moments(base: string, { number }: Seed): string[] {
  if (base.startsWith("time ") || base === "time") return ["12:00"];
  if (base === "interval") return ["1 hour"];
  const day = new Date(Date.UTC(2000, 0, 1 + (number % 9_000))).toISOString().slice(0, 10);
  return [day, "now", "tomorrow", "2100-01-01"];
}

function texts(length: number | null, { marker, number }: Seed, hints: readonly string[]): string[] {
  const own = `${marker}${lettersOf(number)}`;
  const shaped = TEXT_SHAPES.map((shape) => (shape === "#ffffff" ? shape : shape.replace("#", own)));
  const unique = shaped.filter((text) => text.includes(own));
  const all = [...unique, own.toUpperCase(), ...hints, ...shaped, "x".repeat(length ?? 64)];
  // The end of a marker differs from one value to the next.
  return length === null
    ? all
    : all.map((text, at) => (at === 0 ? text.slice(-length) : text)).filter((text) => text.length <= length);
}

function lengthOf(name: string): number | null {
  const length = /\((\d+)\)/.exec(name)?.[1];
  return length === undefined ? null : Number(length);
}

/** A number in lower-case letters: many constraints take no digits, and none takes letters ill. */
function lettersOf(number: number): string {
  return [...String(number)].map((digit) => "abcdefghij"[Number(digit)]).join("");
}
