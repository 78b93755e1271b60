/** How often something recurs, as a price says it. */
export interface Interval {
  readonly interval: string;
  readonly interval_count: number;
}

export interface Period {
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
}

const SECONDS: Readonly<Record<string, number>> = { day: 86_400, week: 604_800 };

/**
 * The moment `count` intervals after the anchor. Months are counted from the anchor itself, so
 * that a subscription of 31 January renews on 28 February and on 31 March.
 */
export function intervalsAfter(anchor: number, { interval, interval_count }: Interval, count: number): number {
  const seconds = SECONDS[interval];
  if (seconds !== undefined) return anchor + seconds * interval_count * count;
  const date = new Date(anchor * 1000);
  const months = date.getUTCMonth() + interval_count * count * (interval === "year" ? 12 : 1);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), months + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  return Math.floor(
    Date.UTC(date.getUTCFullYear(), months, day, date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()) / 1000,
  );
}

/** The period that holds a moment, the anchor being the start of one. */
export function periodAt(anchor: number, interval: Interval, at: number): Period {
  const average = intervalsAfter(anchor, interval, 1) - anchor;
  let count = Math.floor((at - anchor) / average);
  while (intervalsAfter(anchor, interval, count) > at) count -= 1;
  while (intervalsAfter(anchor, interval, count + 1) <= at) count += 1;
  return { start: intervalsAfter(anchor, interval, count), end: intervalsAfter(anchor, interval, count + 1) };
}

/** A day as invoices write it: 23 Nov 2026. */
export function writtenDay(seconds: number): string {
  return new Date(seconds * 1000).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
}
