import { invalidParams, StripeFault } from "../world/stripe-fault.js";

/** An answer as it was first given. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
}

interface Entry {
  readonly path: string;
  readonly fingerprint: string;
  readonly since: number;
  answer?: KeptAnswer;
}

/** How long Stripe surely knows a key. */
const KEPT_SECONDS = 86_400;

export interface IdempotentRequest {
  readonly key: string;
  readonly path: string;
  /** The parameters, in one form. */
  readonly fingerprint: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/** What was answered under each idempotency key. */
export class IdempotencyKeys {
  readonly #entries = new Map<string, Entry>();

  /**
   * Takes a key for a request that begins now.
   * @returns the answer that was given before, if there was one
   * @throws StripeFault 400 if the key was another request's, 409 while the first is under way
   */
  begin({ key, path, fingerprint, now }: IdempotentRequest): KeptAnswer | undefined {
    const entry = this.#entries.get(key);
    if (!entry || now - entry.since > KEPT_SECONDS) {
      this.#entries.set(key, { path, fingerprint, since: now });
      return undefined;
    }
    if (entry.path !== path) throw reused(`for the same endpoint they were first used for ('${entry.path}' vs '${path}')`, key);
    if (entry.fingerprint !== fingerprint) throw reused("with the same parameters they were first used with", key);
    if (!entry.answer) throw inUse(key);
    return entry.answer;
  }

  keep(key: string, answer: KeptAnswer): void {
    const entry = this.#entries.get(key);
    if (entry) entry.answer = answer;
  }

  /** The request was refused before it began: the key is as new. */
  release(key: string): void {
    this.#entries.delete(key);
  }
}

function reused(how: string, key: string): StripeFault {
  return invalidParams(
    `Keys for idempotent requests can only be used ${how}. Try using a key other than '${key}' if you meant to execute a different request.`,
    { type: "idempotency_error" },
  );
}

function inUse(key: string): StripeFault {
  const message = `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`;
  return new StripeFault(409, { type: "idempotency_error", code: "idempotency_key_in_use", message }, { unstarted: true });
}
