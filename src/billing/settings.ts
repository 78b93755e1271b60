import { AzoraError } from "../errors.js";

/** Which of Stripe's two worlds a key belongs to. */
export type StripeMode = "test" | "live";

export interface StripeSettings {
  readonly key: string;
  readonly mode: StripeMode;
  /** Another place than Stripe's own, for tests. */
  readonly apiBase: URL | undefined;
  /** The test clock that new customers live by. */
  readonly testClock?: string;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Checks a Stripe key and where it is to be sent.
 * @param key a secret or restricted key, of either mode
 * @param apiBase a URL in the place of Stripe's own; a live key goes to loopback at most
 * @param testClock `clock_…`; with a test key only
 * @throws AzoraError CONFIG_INVALID, without the key in it
 */
export function stripeSettings(key: string, apiBase?: string, testClock?: string): StripeSettings {
  const mode = /^(?:sk|rk)_(test|live)_\w+$/.exec(key.trim())?.[1] as StripeMode | undefined;
  if (!mode) {
    throw new AzoraError("CONFIG_INVALID", "The Stripe key is no secret or restricted key.", {
      hint: "It begins with sk_test_, rk_test_, sk_live_ or rk_live_: Stripe's dashboard, Developers, API keys.",
    });
  }
  if (testClock !== undefined && mode === "live") {
    throw new AzoraError("CONFIG_INVALID", "STRIPE_TEST_CLOCK is set beside a live key.", {
      hint: "Unset it: live tenants live by the real time.",
    });
  }
  const base = apiBase === undefined ? undefined : checkBase(apiBase, mode);
  return { key: key.trim(), mode, apiBase: base, ...(testClock !== undefined && { testClock }) };
}

/**
 * The secrets that webhooks are signed with, from one text with spaces or commas between them.
 * @throws AzoraError BILLING_NOT_CONFIGURED without one, CONFIG_INVALID for what is none, without it in the message
 */
export function webhookSecrets(text: string | undefined): readonly string[] {
  const secrets = (text ?? "").split(/[\s,]+/).filter(Boolean);
  if (secrets.length === 0) {
    throw new AzoraError(
      "BILLING_NOT_CONFIGURED",
      "There is no webhook secret: nobody could tell an event of Stripe's from another's.",
      {
        hint: "Set STRIPE_WEBHOOK_SECRET, or STRIPE_WEBHOOK_SECRET_FILE to a file that holds it.",
      },
    );
  }
  if (secrets.every((secret) => /^whsec_\w+$/.test(secret))) return secrets;
  throw new AzoraError("CONFIG_INVALID", "STRIPE_WEBHOOK_SECRET is no webhook secret.", {
    hint: "It begins with whsec_: Stripe's dashboard, Developers, Webhooks, the endpoint's signing secret.",
  });
}

/** A key that can move money must not be sent to whoever an environment variable names. */
function checkBase(text: string, mode: StripeMode): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.pathname !== "/" || url.search) {
    throw new AzoraError("CONFIG_INVALID", "STRIPE_API_BASE is not the URL of a server.", {
      hint: "Write it like http://127.0.0.1:12111.",
    });
  }
  const loopback = LOOPBACK.has(url.hostname);
  if (mode === "live" && !loopback) {
    throw new AzoraError("CONFIG_INVALID", "STRIPE_API_BASE would send a live key to another machine.", {
      hint: "Unset it, or use a test key.",
    });
  }
  if (url.protocol === "http:" && !loopback) {
    throw new AzoraError("CONFIG_INVALID", "STRIPE_API_BASE would send the key over the network in the clear.", {
      hint: "Use https://.",
    });
  }
  return url;
}
