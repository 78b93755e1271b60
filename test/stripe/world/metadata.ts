import type Stripe from "stripe";

/** Metadata after a change: keys are added, an empty value takes its key away, an empty whole takes all. */
export function mergeMetadata(
  before: Stripe.Metadata,
  changes: Stripe.Emptyable<Stripe.MetadataParam> | undefined,
): Stripe.Metadata {
  if (changes === undefined) return before;
  if (changes === null || changes === "") return {};
  const merged: Stripe.Metadata = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") delete merged[name];
    else merged[name] = String(value);
  }
  return merged;
}

/** A value where an empty string takes it away. */
export function emptied<T>(value: T | "" | null | undefined, before: T | null): T | null {
  if (value === undefined) return before;
  return value === "" ? null : value;
}
