import { setTimeout } from "node:timers/promises";
import type { Contract } from "../contract/contract.js";
import { newId } from "../world/ids.js";
import { invalidParams, StripeFault } from "../world/stripe-fault.js";
import type { World } from "../world/world.js";
import type { Incoming, Outgoing } from "./exchange.js";
import { checkExpand, expand, type Includables } from "./expand.js";
import { leavesOf, readForm } from "./form.js";
import type { IdempotencyKeys, KeptAnswer } from "./idempotency.js";
import type { Keys } from "./keys.js";
import { decodeParams } from "./params.js";
import { matchRoute, type Route, untaken } from "./router.js";

export interface ApiOptions {
  readonly world: World;
  readonly contract: Contract;
  readonly keys: Keys;
  readonly idempotency: IdempotencyKeys;
  readonly routes: readonly Route[];
  readonly includables: Includables;
}

/** What goes wrong with one request. */
export interface Trouble {
  /** Thrown before anything is looked at. */
  readonly refuse?: StripeFault | undefined;
  /** Waited for, in milliseconds, with the idempotency key taken. */
  readonly delay?: number | undefined;
  /** Thrown when all is done. */
  readonly fail?: StripeFault | undefined;
}

/** Answers requests: key, version, parameters, idempotency, handler, expansion, and the contract's last word. */
export class Api {
  /** Answers that went against the contract, and what broke: mistakes of this counterpart. */
  readonly violations: string[] = [];
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  async answer(incoming: Incoming, trouble: Trouble = {}): Promise<Outgoing> {
    const requestId = newId("req");
    const headers = this.#headers(incoming, requestId);
    const key = incoming.method === "POST" ? incoming.headers["idempotency-key"] : undefined;
    try {
      if (trouble.refuse) throw trouble.refuse;
      const run = this.#prepare(incoming, requestId);
      const kept = key === undefined ? undefined : this.#begin(incoming, key);
      if (kept) return replay(kept, headers);
      return await this.#execute({ run, trouble, headers, requestId, key });
    } catch (error) {
      return this.#fault(error, headers);
    }
  }

  async #execute({ run, trouble, headers, requestId, key }: Execution): Promise<Outgoing> {
    let outgoing: Outgoing;
    try {
      if (trouble.delay) await setTimeout(trouble.delay);
      outgoing = { status: 200, headers, body: JSON.stringify(run(), undefined, 2) };
      if (trouble.fail) throw trouble.fail;
    } catch (error) {
      outgoing = this.#fault(error, headers);
      if (key !== undefined && (!(error instanceof StripeFault) || error.unstarted)) {
        this.#options.idempotency.release(key);
        return outgoing;
      }
    }
    if (key !== undefined) this.#options.idempotency.keep(key, { ...outgoing, requestId });
    return outgoing;
  }

  /** Everything that is checked before anything is done. */
  #prepare(incoming: Incoming, requestId: string): () => object {
    const { world, contract, keys, routes } = this.#options;
    const { method, pathname, form: text, headers } = incoming;
    keys.check(headers.authorization, { method, pathname });
    const version = headers["stripe-version"];
    if (version !== undefined && version !== contract.apiVersion) {
      throw invalidParams(`Invalid Stripe API version: ${version}. This counterpart speaks ${contract.apiVersion}.`, {});
    }
    const match = matchRoute(routes, method, pathname);
    const agreed = match && contract.route(method, match.route.path);
    if (!match || !agreed) throw unrecognized(incoming);
    const form = readForm(text);
    const params = decodeParams(contract.definitions, agreed.params, form);
    this.#refuseUntaken(match.route, leavesOf(form));
    const { expand: paths = [] } = params as { expand?: string[] };
    checkExpand(contract.definitions, agreed.answer, paths);
    const [id = "", innerId = ""] = match.ids;
    return () => {
      world.events.request = { id: requestId, idempotency_key: headers["idempotency-key"] ?? null };
      try {
        const found = match.route.run({ world, params: params as never, id, innerId });
        const answer = JSON.parse(JSON.stringify(found));
        expand(answer, paths, this.#options);
        this.#judge(agreed.name, contract.judgeAnswer(agreed, answer));
        return answer;
      } finally {
        world.events.request = null;
      }
    };
  }

  #refuseUntaken(route: Route, leaves: readonly string[]): void {
    const [first] = untaken(route, leaves);
    if (first)
      throw invalidParams(`The counterpart doesn't act on the parameter ${first} of ${route.method} ${route.path}.`, {
        param: first,
      });
  }

  #judge(name: string, found: readonly string[]): void {
    if (found.length > 0) throw new Error(`The counterpart's answer to ${name} is against the contract: ${found.join("; ")}`);
  }

  #fault(error: unknown, headers: Readonly<Record<string, string>>): Outgoing {
    if (error instanceof StripeFault) {
      this.violations.push(...this.#options.contract.judgeError(error.body));
      return { status: error.status, headers: { ...headers, ...error.headers }, body: errorBody(error.body) };
    }
    const message = error instanceof Error ? error.message : String(error);
    this.violations.push(message);
    // A mistake of the counterpart is no passing fault: asking again would hide it.
    return {
      status: 500,
      headers: { ...headers, "Stripe-Should-Retry": "false" },
      body: errorBody({ type: "api_error", message }),
    };
  }

  #begin({ pathname, form }: Incoming, key: string): KeptAnswer | undefined {
    const now = this.#options.world.now();
    return this.#options.idempotency.begin({
      key,
      path: pathname,
      fingerprint: [...new URLSearchParams(form)].sort().join("&"),
      now,
    });
  }

  #headers({ headers }: Incoming, requestId: string): Record<string, string> {
    const key = headers["idempotency-key"];
    return {
      "Content-Type": "application/json",
      "Request-Id": requestId,
      "Stripe-Version": this.#options.contract.apiVersion,
      ...(key === undefined ? {} : { "Idempotency-Key": key }),
    };
  }
}

interface Execution {
  readonly run: () => object;
  readonly trouble: Trouble;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly key: string | undefined;
}

function replay({ status, body, requestId }: KeptAnswer, headers: Readonly<Record<string, string>>): Outgoing {
  return { status, body, headers: { ...headers, "Idempotent-Replayed": "true", "Original-Request": requestId } };
}

function errorBody(error: object): string {
  return JSON.stringify({ error }, undefined, 2);
}

function unrecognized({ method, pathname }: Incoming): StripeFault {
  const slash = pathname.endsWith("/")
    ? " If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code."
    : "";
  const message = `Unrecognized request URL (${method}: ${pathname}).${slash} Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`;
  return new StripeFault(404, { type: "invalid_request_error", message }, { unstarted: true });
}
