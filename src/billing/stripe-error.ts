import Stripe from "stripe";
import { AzoraError, type ErrorCode } from "../errors.js";

/** What was asked of Stripe when it failed. */
export interface StripeRequest {
  /** As a sentence goes on: `make the customer`. */
  readonly action: string;
  readonly writes: boolean;
}

const UNTOUCHED = "Nothing was changed at Stripe and no money moved.";
const DECLINED = "No money moved.";
const UNKNOWN =
  "Whether Stripe did it is not known yet. Run the same command again: it asks under the same key, so nothing is done or charged twice.";

interface Verdict {
  readonly code: ErrorCode;
  readonly what: string;
  /** Whether money moved, in one sentence. */
  readonly money: string;
  readonly hint: string;
}

/**
 * Stripe's errors in azora's words; each says whether money moved. An error of another kind
 * comes back as it is.
 */
export function toAzoraError(error: unknown, request: StripeRequest): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { code, what, money, hint } = judge(error, request);
  const id = error.requestId ? ` (Stripe request ${error.requestId})` : "";
  return new AzoraError(code, `Could not ${request.action}: ${what}${id} ${money}`, { hint, cause: error });
}

function judge(error: Stripe.errors.StripeError, { writes }: StripeRequest): Verdict {
  const message = sentence(error.message);
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    return {
      code: "UNREACHABLE",
      what: "Stripe takes no more requests for now.",
      money: UNTOUCHED,
      hint: "Wait a minute and run it again.",
    };
  }
  if (error instanceof Stripe.errors.StripeCardError) {
    return {
      code: "CONFLICT",
      what: message,
      money: DECLINED,
      hint: "The customer has to give another card: billing:portal makes a link.",
    };
  }
  if (error instanceof Stripe.errors.StripeAuthenticationError) {
    return {
      code: "AUTHENTICATION_FAILED",
      what: "Stripe doesn't know the key.",
      money: UNTOUCHED,
      hint: "Check the key: Stripe's dashboard, API keys.",
    };
  }
  if (error instanceof Stripe.errors.StripePermissionError) {
    return {
      code: "NOT_PERMITTED",
      what: "the key lacks the right.",
      money: UNTOUCHED,
      hint: "Give the restricted key the right in Stripe's dashboard.",
    };
  }
  if (error instanceof Stripe.errors.StripeIdempotencyError) {
    const what = "the same step was begun with other values within the last day.";
    return { code: "CONFLICT", what, money: UNTOUCHED, hint: "Look at what is there with billing:sync before you go on." };
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    const gone = error.code === "resource_missing";
    const hint = gone
      ? "billing:sync shows what is missing at Stripe."
      : "If the values are right, this is a mistake of azora: report it.";
    return { code: gone ? "NOT_FOUND" : "FAILURE", what: message, money: UNTOUCHED, hint };
  }
  if (error.code === "idempotency_key_in_use") {
    return { code: "LOCKED", what: "another process is doing just that.", money: UNKNOWN, hint: "Wait until it is done." };
  }
  const what =
    error instanceof Stripe.errors.StripeConnectionError
      ? "there was no answer from Stripe."
      : "Stripe had a failure of its own.";
  const money = writes ? UNKNOWN : UNTOUCHED;
  return { code: "UNREACHABLE", what, money, hint: "See https://status.stripe.com, then run it again." };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
