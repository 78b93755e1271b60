import type { Fault } from "../faults/read-faults.js";

/** A tool that says what it has against a database. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  /** How it is set up and what counts, for the report. */
  readonly setUp: string;
  /**
   * Checks the database with a fault planted in it, or without one. It is left as it was.
   * @returns what it says, one entry each, in words that are the same in every run
   */
  check(fault: Fault | null): Promise<ReadonlySet<string>>;
}
