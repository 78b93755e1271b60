import { setTimeout } from "node:timers/promises";
import Stripe from "stripe";

/** Steps that several suites take; each works at a sandbox as well. */

/** 1 January 2026, noon. */
export const START = Date.UTC(2026, 0, 1, 12) / 1000;
export const DAY = 86_400;

/** Seconds since 1970 of a day's noon, months counted from 1. */
export function noon(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day, 12) / 1000;
}

/** Advances a test clock and waits until it has arrived. */
export async function advance(stripe: Stripe, clock: string, to: number): Promise<void> {
  await stripe.testHelpers.testClocks.advance(clock, { frozen_time: to });
  for (;;) {
    const { status } = await stripe.testHelpers.testClocks.retrieve(clock);
    if (status === "ready") return;
    if (status !== "advancing") throw new Error(`The test clock is ${status}.`);
    await setTimeout(1000);
  }
}

export interface Plan {
  readonly name: string;
  /** Cents. */
  readonly amount: number;
  readonly interval?: "month" | "year";
}

export async function makePrice(stripe: Stripe, { name, amount, interval = "month" }: Plan): Promise<Stripe.Price> {
  return stripe.prices.create({ currency: "usd", unit_amount: amount, recurring: { interval }, product_data: { name } });
}

/** A customer on a new clock, whose default is a test card. */
export async function makeCustomer(
  stripe: Stripe,
  card?: string,
): Promise<{ readonly customer: Stripe.Customer; readonly clock: string }> {
  const { id: clock } = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const customer = await stripe.customers.create({ email: "owner@acme.test", test_clock: clock });
  if (card) await setCard(stripe, customer.id, card);
  return { customer, clock };
}

export async function setCard(stripe: Stripe, customer: string, card: string): Promise<Stripe.PaymentMethod> {
  const method = await stripe.paymentMethods.attach(card, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
  return method;
}

/** The error that a call ends with. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw new Error(`No refusal by Stripe: ${error}`);
}
