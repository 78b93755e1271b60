/** How a change bears on isolation: `look` is for a person to decide. */
export type ChangeClass = "safe" | "look" | "dangerous";

/** One difference between two reports. */
export interface Change {
  readonly class: ChangeClass;
  /** Kind and name, as in Finding.object. */
  readonly object: string;
  /** What changed, in one sentence. */
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Two lists by what names their members, as pairs: one side is undefined where a member came or went. */
export function pairs<T>(
  before: readonly T[],
  after: readonly T[],
  key: (item: T) => string,
): readonly { readonly key: string; readonly before: T | undefined; readonly after: T | undefined }[] {
  const [old, fresh] = [before, after].map((items) => new Map(items.map((item) => [key(item), item])));
  return [...new Set([...(old?.keys() ?? []), ...(fresh?.keys() ?? [])])]
    .sort()
    .map((name) => ({ key: name, before: old?.get(name), after: fresh?.get(name) }));
}
