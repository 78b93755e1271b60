import type Stripe from "stripe";
import { type FaultBody, StripeFault } from "../world/stripe-fault.js";

/** Why a bank said no. */
export interface Decline {
  readonly code: string;
  readonly decline_code?: string;
  readonly message: string;
}

/** How one of Stripe's test cards behaves. */
export interface TestCard {
  readonly brand: "visa" | "mastercard" | "amex";
  readonly last4: string;
  /** Refused already when it is attached. */
  readonly attach?: Decline;
  /** Refused whenever it is charged. */
  readonly charge?: Decline;
  /** Wants the cardholder each time it is charged. */
  readonly authenticates?: true;
}

const declined = (decline_code: string, message = "Your card was declined."): Decline => ({
  code: "card_declined",
  decline_code,
  message,
});

/** By the name after `pm_card_` and `tok_`. */
const CARDS: Readonly<Record<string, TestCard>> = {
  visa: { brand: "visa", last4: "4242" },
  visa_debit: { brand: "visa", last4: "5556" },
  mastercard: { brand: "mastercard", last4: "4444" },
  amex: { brand: "amex", last4: "8431" },
  chargeCustomerFail: { brand: "visa", last4: "0341", charge: declined("generic_decline") },
  chargeDeclined: { brand: "visa", last4: "0002", attach: declined("generic_decline") },
  chargeDeclinedInsufficientFunds: {
    brand: "visa",
    last4: "9995",
    attach: declined("insufficient_funds", "Your card has insufficient funds."),
  },
  chargeDeclinedLostCard: { brand: "visa", last4: "9987", attach: declined("lost_card") },
  chargeDeclinedStolenCard: { brand: "visa", last4: "9979", attach: declined("stolen_card") },
  chargeDeclinedExpiredCard: {
    brand: "visa",
    last4: "0069",
    attach: { code: "expired_card", message: "Your card has expired." },
  },
  chargeDeclinedIncorrectCvc: {
    brand: "visa",
    last4: "0127",
    attach: { code: "incorrect_cvc", message: "Your card's security code is incorrect." },
  },
  chargeDeclinedProcessingError: {
    brand: "visa",
    last4: "0119",
    attach: { code: "processing_error", message: "An error occurred while processing your card. Try again in a little bit." },
  },
  authenticationRequired: { brand: "visa", last4: "3184", authenticates: true },
};

/** A test card by `pm_card_visa` or `tok_visa`; undefined for any other name. */
export function testCard(name: string): TestCard | undefined {
  const key = /^(?:pm_card_|tok_)(\w+)$/.exec(name)?.[1];
  return key !== undefined && Object.hasOwn(CARDS, key) ? CARDS[key] : undefined;
}

/** 402: the bank's refusal. */
export function cardError({ code, decline_code, message }: Decline, details: Partial<FaultBody> = {}): StripeFault {
  return new StripeFault(402, { type: "card_error", code, message, ...(decline_code && { decline_code }), ...details });
}

/** What Stripe shows of a card. */
export function cardDetails({ brand, last4 }: TestCard): Stripe.PaymentMethod.Card {
  return {
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
    country: "US",
    display_brand: brand === "amex" ? "american_express" : brand,
    exp_month: 11,
    exp_year: 2034,
    fingerprint: `fingerprint${last4}`,
    funding: "credit",
    generated_from: null,
    last4,
    networks: { available: [brand], preferred: null },
    regulated_status: "unregulated",
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}
