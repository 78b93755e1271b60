/** Lets so many in at once and so many wait; more than that are turned away. */
export class Gate {
  readonly #places: number;
  readonly #seats: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor({ places, seats }: { readonly places: number; readonly seats: number }) {
    this.#places = places;
    this.#seats = seats;
  }

  /** @returns undefined, with nothing begun, when all places and seats are taken */
  enter<T>(work: () => Promise<T>): Promise<T> | undefined {
    if (this.#inside >= this.#places && this.#waiting.length >= this.#seats) return undefined;
    return this.#run(work);
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    // A place that is given up goes to who waits and never becomes free in between.
    if (this.#inside < this.#places) this.#inside += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inside -= 1;
    }
  }
}
