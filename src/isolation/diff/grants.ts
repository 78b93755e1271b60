import type { Grant } from "../catalog/catalog.js";
import { type Change, pairs } from "./change.js";

/** Rights that came are dangerous, whoever got them; rights that went are safe. */
export function grantChanges(object: string, before: readonly Grant[], after: readonly Grant[]): Change[] {
  const name = ({ grantee, right }: Grant) => `${right} for ${grantee ?? "PUBLIC"}`;
  return pairs(before, after, name).flatMap(({ key, before: old, after: fresh }): Change[] => {
    if (old && fresh) {
      if (old.grantable === fresh.grantable) return [];
      const what = fresh.grantable ? `${key} may be passed on now` : `${key} may no longer be passed on`;
      return [{ class: fresh.grantable ? "dangerous" : "safe", object, what, before: null, after: null }];
    }
    return [
      {
        class: fresh ? "dangerous" : "safe",
        object,
        what: `${key} was ${fresh ? "granted" : "revoked"}`,
        before: null,
        after: null,
      },
    ];
  });
}
