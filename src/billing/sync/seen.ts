const BUCKETS = 65_536;

/**
 * Which of many ids were seen, in memory that doesn't grow with them: ids share counters, so it tells for sure that
 * all ids of a bucket were seen, and otherwise which few have to be looked at one by one. Each id is counted once.
 */
export class Seen {
  readonly #balance = new Int32Array(BUCKETS);

  /** Stripe has it. */
  add(id: string): void {
    const bucket = bucketOf(id);
    this.#balance[bucket] = (this.#balance[bucket] ?? 0) + 1;
  }

  /** The database has it. */
  expect(id: string): void {
    const bucket = bucketOf(id);
    this.#balance[bucket] = (this.#balance[bucket] ?? 0) - 1;
  }

  /** Whether it may be missing; to be asked when all are added and expected. */
  mayLack(id: string): boolean {
    return (this.#balance[bucketOf(id)] ?? 0) < 0;
  }
}

/** FNV-1a. */
function bucketOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
