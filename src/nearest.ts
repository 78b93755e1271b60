/**
 * The known name that somebody most likely meant; undefined when none is near. It is only
 * ever shown: a guess is never run.
 */
export function nearest(given: string, known: readonly string[]): string | undefined {
  // Of a short word two letters are half of it, and of a long one five are another word.
  const limit = given.length <= 4 ? 1 : given.length <= 9 ? 2 : 3;
  const ranked = known
    .map((name) => ({ name, distance: distance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const [best] = ranked;
  if (best && best.distance <= limit) return best.name;
  return given.length >= 3 ? known.find((name) => name.split(":").includes(given) || name.startsWith(given)) : undefined;
}

/** Edit distance in which two letters the wrong way round count once (optimal string alignment). */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      const swapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        at(rows, i - 1, j) + 1,
        (row[j - 1] ?? 0) + 1,
        at(rows, i - 1, j - 1) + (same ? 0 : 1),
        swapped ? at(rows, i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    rows.push(row);
  }
  return at(rows, one.length, other.length);
}

function at(rows: readonly number[][], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}
