import type { Plan as Row } from "../generated/control/client.js";

/** What a tenant can subscribe to; part of the public JSON. */
export interface Plan {
  readonly code: string;
  readonly name: string;
  /** Minor units of the currency: cents. */
  readonly amount: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly interval: "month" | "year";
  /** Days that cost nothing at the beginning. */
  readonly trialDays: number;
  /** The price at Stripe; null until it was brought there. */
  readonly stripePrice: string | null;
  /** Since when nobody can subscribe to it any more; null while one can. */
  readonly archivedAt: Date | null;
}

/** Turns a row of control.plans into what the commands print. */
export function toPlan({ code, name, priceMinor, currency, interval, trialDays, stripePriceId, archivedAt }: Row): Plan {
  return {
    code,
    name,
    amount: priceMinor,
    currency,
    interval: interval as Plan["interval"],
    trialDays,
    stripePrice: stripePriceId,
    archivedAt,
  };
}
