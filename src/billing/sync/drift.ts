/** In which ways the database and Stripe can disagree, and what `--fix` does about each. */
export const DRIFT_CLASSES = {
  missing: "The database bills it and Stripe hasn't got it: it is made again.",
  orphaned:
    "Stripe has it twice, the second one unknown to the database: the second subscription is canceled, the second customer deleted.",
  "other-plan": "Stripe bills another plan than the database says: Stripe is put back.",
  "other-status": "Stripe says another state than was seen last: the database takes it over.",
  "price-changed":
    "A price isn't what azora made it: the plan is brought to Stripe again, the subscription put back on its price.",
  "purged-billed": "The tenant is purged and still billed: the subscription is canceled.",
  refused: "Stripe has refused a step: it is tried again.",
} as const;

export type DriftClass = keyof typeof DRIFT_CLASSES;

/** One thing that the two disagree about. */
export interface Drift {
  readonly class: DriftClass;
  /** The tenant's id; null for a plan. */
  readonly accountId: string | null;
  readonly slug: string | null;
  /** The object at Stripe, or the plan's code. */
  readonly object: string | null;
  readonly inDatabase: string | null;
  readonly atStripe: string | null;
}
