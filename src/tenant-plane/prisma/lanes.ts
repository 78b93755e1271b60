import type { Caller } from "../../database/wire/caller.js";
import type { PrismaEngine, Query } from "./internals.js";
import { Lane, type LaneParts } from "./lane.js";

/** Requests under way at once outside of transactions; more wait for their turn. */
const MOST = 16;

/** The lanes of one client class: each request takes one for itself. */
export class Lanes {
  readonly #free: Lane[] = [];
  readonly #waiting: ((lane: Lane) => void)[] = [];
  #made = 0;

  constructor(private readonly parts: LaneParts) {}

  /** Runs one request on a free lane. @returns its result and the lane, where transactions are found again */
  async serve<T>(
    caller: Caller,
    request: (engine: PrismaEngine) => Promise<T>,
    query?: Query,
  ): Promise<{ result: T; lane: Lane }> {
    const lane = await this.#take();
    try {
      const result = await lane.serve(caller, request, query);
      this.#giveBack(lane);
      return { result, lane };
    } catch (error) {
      this.#leave(lane);
      throw error;
    }
  }

  #take(): Lane | Promise<Lane> {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#made < MOST) return this.#make();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(lane: Lane): void {
    const next = this.#waiting.shift();
    if (next) next(lane);
    else this.#free.push(lane);
  }

  /** Until a failed lane is fit again, another may stand in for it. */
  #leave(lane: Lane): void {
    this.#made -= 1;
    const next = this.#waiting.shift();
    if (next) next(this.#make());
    void lane.recovered().then(() => {
      if (this.#made >= MOST) return;
      this.#made += 1;
      this.#giveBack(lane);
    });
  }

  #make(): Lane {
    this.#made += 1;
    return new Lane(this.parts);
  }
}
