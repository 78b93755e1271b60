import type { Grant, Relation } from "../catalog/catalog.js";
import { planes } from "../planes.js";
import type { Facts } from "../rule.js";

/** A right on a relation or on one column of it. */
export interface HeldRight extends Grant {
  /** Null for the whole relation. */
  readonly column: string | null;
}

/** All rights on a relation and its columns that others hold than those who own everything. */
export function rightsOfOthers(relation: Relation, facts: Facts): readonly HeldRight[] {
  const { sideOf } = planes(facts);
  const all = [
    ...relation.grants.map((grant) => ({ ...grant, column: null })),
    ...relation.columns.flatMap(({ name, grants }) => grants.map((grant) => ({ ...grant, column: name }))),
  ];
  // What another application owns is its own business, as long as it isn't one of the planes.
  const isOwn = (grantee: string | null) => grantee === relation.owner && sideOf(grantee) === "stranger";
  return all.filter(({ grantee }) => sideOf(grantee) !== "owner" && !isOwn(grantee));
}

/** Whether anybody but the owners may do something to a relation directly. */
export function isReachable(relation: Relation, facts: Facts): boolean {
  return rightsOfOthers(relation, facts).length > 0;
}

/** A part that nobody but the owners may name: whoever comes in by its parent meets the parent's policies and triggers. */
export function isHiddenPart(relation: Relation, facts: Facts): boolean {
  return relation.parents.length > 0 && !isReachable(relation, facts);
}
