/** The end that Prisma gives to a statement with `take`, and to every search for one row. */
const LIMIT = / LIMIT \$(\d+) OFFSET \$(\d+)$/;

/**
 * Writes the limit of a statement's first page into its text. As a parameter it is unknown
 * to a plan made for any values, which then looks dearer than one made for these, so that
 * PostgreSQL would plan a prepared statement anew at each run. Other pages stay as they
 * are: each would be a text of its own.
 */
export function constantLimit<T extends { readonly text: string; readonly values?: readonly unknown[] }>(
  statement: T,
): { text: string; values: readonly unknown[] } {
  const { text, values = [] } = statement;
  const found = LIMIT.exec(text);
  if (!found) return { text, values };
  const [limit, offset] = values.slice(-2);
  const areLast = Number(found[1]) === values.length - 1 && Number(found[2]) === values.length;
  if (!areLast || Number(offset) !== 0 || !Number.isSafeInteger(Number(limit))) return { text, values };
  return { text: `${text.slice(0, found.index)} LIMIT ${Number(limit)} OFFSET 0`, values: values.slice(0, -2) };
}
