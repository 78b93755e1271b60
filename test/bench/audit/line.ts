/** One line of the bench: what was measured, and the goal it is held against. */
export interface Line {
  readonly text: string;
  readonly value: number;
  readonly goal: number;
  readonly bound: "at most" | "at least";
  /** `times`, `of 1000` */
  readonly unit: string;
  /** What the value is made of. */
  readonly detail: string;
}

/** Lines that are measured together, on servers of their own. */
export interface LineGroup {
  /** @param args what stands behind the group's name */
  measure(args: readonly string[]): Promise<readonly Line[]>;
}
