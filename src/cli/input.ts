import { AzoraError } from "../errors.js";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * A moment from a flag: a day (its start in UTC), or an ISO time (UTC unless it says otherwise).
 * @throws AzoraError INVALID_INPUT
 */
export function parseTime(text: string | undefined, flag: string): Date | undefined {
  if (text === undefined) return undefined;
  const found = TIME.exec(text);
  const time = new Date(found && !found[3] ? `${text.replace(" ", "T")}Z` : text);
  if ((found || DAY.test(text)) && isRealTime(text, time)) return time;
  throw new AzoraError("INVALID_INPUT", `${flag} "${text}" is not a time.`, {
    hint: "Write a day (2026-11-22, UTC) or an ISO time (2026-11-22T09:30:00Z).",
  });
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function isRealTime(text: string, time: Date): boolean {
  if (Number.isNaN(time.getTime())) return false;
  const day = Number(text.slice(8, 10));
  return day === new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, day)).getUTCDate();
}

const SECONDS = { m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/**
 * A span of time from a flag: `90m`, `12h`, `30d`, `4w`.
 * @returns seconds
 * @throws AzoraError INVALID_INPUT
 */
export function parseDuration(text: string, flag: string): number {
  const [, amount, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (amount && unit) return Number(amount) * SECONDS[unit as keyof typeof SECONDS];
  throw new AzoraError("INVALID_INPUT", `${flag} "${text}" is not a span of time.`, {
    hint: "Write a whole number and m, h, d or w: 90m, 12h, 30d, 4w.",
  });
}

/**
 * How many, from a flag.
 * @throws AzoraError INVALID_INPUT
 */
export function parseCount(text: string, flag: string, most = 1_000_000): number {
  if (/^\d{1,7}$/.test(text) && Number(text) <= most) return Number(text);
  throw new AzoraError("INVALID_INPUT", `${flag} "${text}" is not a whole number from 0 to ${most}.`);
}

/**
 * What `--set KEY=VALUE` says; an empty value takes the key away.
 * @throws AzoraError INVALID_INPUT
 */
export function parsePairs(pairs: readonly string[], flag: string): Record<string, string | null> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, value] = /^([\w.-]{1,64})=(.*)$/s.exec(pair) ?? [];
      if (key) return [key, value || null];
      throw new AzoraError("INVALID_INPUT", `${flag} "${pair}" is not KEY=VALUE.`, {
        hint: "A key has up to 64 letters, digits, dots, hyphens and underscores.",
      });
    }),
  );
}

/** @throws AzoraError INVALID_INPUT */
export function parseLimit(text: string, hint = "--after SLUG goes on behind a page."): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 1000) return limit;
  throw new AzoraError("INVALID_INPUT", `--limit "${text}" is not a whole number from 1 to 1000.`, { hint });
}

/** A receipt's number. @throws AzoraError INVALID_INPUT */
export function parseNumber(text: string, flag: string): number {
  const number = Number(text);
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new AzoraError("INVALID_INPUT", `${flag} "${text}" is not the number of a receipt.`, {
    hint: "`azora receipt:list` shows them.",
  });
}

/**
 * A whole number from a flag, 0 or more.
 * @throws AzoraError INVALID_INPUT
 */
export function parseWhole(text: string, flag: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new AzoraError("INVALID_INPUT", `${flag} "${text}" is not a whole number.`, {
    hint: "Money is written in minor units: 19000 is 190.00 EUR.",
  });
}
