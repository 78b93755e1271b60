/**
 * A condition that names no column, so that only the policy of the command itself stands before it, and that fails on the
 * first row which passes that policy: an open table is noticed at its first row and not rewritten. It is volatile, so it
 * isn't worked out beforehand, and no leakproof one, so no policy waits for it.
 */
export const FAILS_ON_A_ROW = "1 / floor(random())::int = 1";

/** division_by_zero: there was a row. */
export const FAILED_ON_A_ROW = "22012";
