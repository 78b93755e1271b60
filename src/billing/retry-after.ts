const FIRST = 500;
const LONGEST = 16_000;

/**
 * How long to wait after a 429, in milliseconds: what Stripe says, and where it says nothing
 * twice as long each time, at random within the second half so that several processes part.
 * @param header the answer's Retry-After, in seconds or as a date
 * @param attempt how many attempts there were before
 */
export function retryAfter(header: string | undefined, attempt: number): number {
  const seconds = Number(header);
  if (header !== undefined && header !== "" && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = header === undefined ? Number.NaN : Date.parse(header);
  if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  const longest = Math.min(FIRST * 2 ** attempt, LONGEST);
  return longest / 2 + (Math.random() * longest) / 2;
}
