import type { Column, Relation } from "../catalog/catalog.js";
import { type Change, pairs } from "./change.js";
import { always, fieldChanges, type Judges, turnedOff } from "./fields.js";
import { grantChanges } from "./grants.js";

/** Columns that came, went or changed. The account's is the one that isolation hangs on. */
export function columnChanges(
  object: string,
  { before, after }: { readonly before: Relation; readonly after: Relation },
  account: string,
): Change[] {
  return pairs(before.columns, after.columns, ({ name }) => name).flatMap(({ key, before: old, after: fresh }): Change[] => {
    const name = `${object}, column ${key}`;
    const isAccount = key === account;
    if (old && fresh) {
      const judges: Judges<Column> = isAccount ? { type: always, notNull: turnedOff, default: always, generated: always } : {};
      return [
        ...fieldChanges<Column>(name, { before: old, after: fresh }, judges, ["grants"]),
        ...grantChanges(name, old.grants, fresh.grants),
      ];
    }
    const change = { object: name, before: old?.type ?? null, after: fresh?.type ?? null };
    if (fresh) return [{ class: "safe", what: "the column was added", ...change }, ...grantChanges(name, [], fresh.grants)];
    return [{ class: isAccount ? "dangerous" : "look", what: "the column was removed", ...change }];
  });
}
