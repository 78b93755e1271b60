import { setTimeout } from "node:timers/promises";

export interface RequestLimiterOptions {
  readonly requestsPerSecond: number;
  /** Milliseconds, from wherever; the process's own unless told. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/**
 * Gives requests their turn, so that an account's limit is kept without being told. One for all
 * requests of a process: who is told to wait makes everybody wait.
 */
export class RequestLimiter {
  readonly #gap: number;
  readonly #now: () => number;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;
  #nextTurn = 0;

  constructor({ requestsPerSecond, now = () => performance.now(), sleep = setTimeout }: RequestLimiterOptions) {
    this.#gap = 1000 / requestsPerSecond;
    this.#now = now;
    this.#sleep = sleep;
  }

  /** Waits for the next turn. */
  async turn(): Promise<void> {
    // A turn that is taken may have moved while we slept: a pause holds for those who wait already.
    for (;;) {
      const now = this.#now();
      if (this.#nextTurn <= now) {
        this.#nextTurn = now + this.#gap;
        return;
      }
      await this.#sleep(this.#nextTurn - now);
    }
  }

  /** Nobody's turn comes for so many milliseconds. */
  pause(milliseconds: number): void {
    this.#nextTurn = Math.max(this.#nextTurn, this.#now() + milliseconds);
  }
}
