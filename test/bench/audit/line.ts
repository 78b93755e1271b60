/** One line of the bench: what was measured, and the goal it is held against. */
export interface Line {
  readonly text: string;
  readonly value: number;
  readonly goal: { readonly atLeast: number } | { readonly atMost: number };
  readonly unit: string;
  /** What the value is made of. */
  readonly detail: string;
}

/** Lines that are measured together, on servers of their own. */
export interface LineGroup {
  /** @param args what stands behind the group's name */
  measure(args: readonly string[]): Promise<readonly Line[]>;
}

export function isReached({ value, goal }: Line): boolean {
  return "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
}
