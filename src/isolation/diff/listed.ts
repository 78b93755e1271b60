import type { Grant } from "../catalog/catalog.js";
import { type Change, type ChangeClass, pairs } from "./change.js";
import { fieldChanges, type Judges } from "./fields.js";
import { grantChanges } from "./grants.js";

/** How the members of a list are named and judged. */
export interface Kind<T> {
  readonly name: (item: T) => string;
  readonly added: (item: T) => ChangeClass;
  readonly removed: (item: T) => ChangeClass;
  readonly changed: Judges<T>;
}

/** Members of a list that came, went or changed, their rights included. */
export function listed<T extends object>(
  kind: string,
  [before, after]: readonly [readonly T[], readonly T[]],
  judged: Kind<T>,
): Change[] {
  const grants = (item: T) => (item as { readonly grants?: readonly Grant[] }).grants ?? [];
  return pairs(before, after, judged.name).flatMap(({ key, before: old, after: fresh }): Change[] => {
    const object = `${kind} ${key}`;
    if (old && fresh) {
      const fields = fieldChanges<T>(object, { before: old, after: fresh }, judged.changed, ["grants" as keyof T]);
      return [...fields, ...grantChanges(object, grants(old), grants(fresh))];
    }
    if (fresh) return [{ class: judged.added(fresh), object, what: `the ${kind} was added`, before: null, after: null }];
    return old ? [{ class: judged.removed(old), object, what: `the ${kind} was removed`, before: null, after: null }] : [];
  });
}
