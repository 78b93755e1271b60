import { runDue } from "../billing/due.js";
import type { Api } from "../http/api.js";
import type { LoggedExchange } from "../http/exchange.js";
import type { Keys } from "../http/keys.js";
import type { Settings, World } from "../world/world.js";
import { Deliveries, type DeliverOptions, type Delivery, type WebhookEndpoint } from "./deliveries.js";
import { type FaultRule, Faults, type RateLimit } from "./faults.js";

export interface ControlOptions {
  readonly world: World;
  readonly api: Api;
  readonly keys: Keys;
}

/**
 * What a test does to the counterpart and Stripe's API knows nothing of. Every method takes
 * and gives JSON, so that another process can call it: POST /_control/<method>, arguments as a list.
 */
export class Control {
  readonly faults = new Faults();
  readonly log: LoggedExchange[] = [];
  readonly #options: ControlOptions;
  readonly #deliveries: Deliveries;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#deliveries = new Deliveries(options.world);
  }

  /** Lets something go wrong with coming requests. */
  fault(rule: FaultRule): void {
    this.faults.arm(rule);
  }

  /** From now on more requests a second than this get 429; without one no more. */
  rateLimit(limit?: RateLimit): void {
    this.faults.limit(limit);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  /** What was asked, oldest first. */
  requests(): readonly LoggedExchange[] {
    return this.log;
  }

  /** Answers of the counterpart that went against the contract; a test ends with none. */
  violations(): readonly string[] {
    return this.#options.api.violations;
  }

  settings(changes: Partial<Settings>): void {
    this.#options.world.settings = { ...this.#options.world.settings, ...changes };
  }

  /** Carries out what is due by the account's clock: renewals and retries of what has no test clock. */
  runDue(): void {
    runDue(this.#options.world, { clock: null, until: this.#options.world.now() });
  }

  /** Makes a restricted key that may do these things only: `customers:read`, `*:write`. */
  restrictKey(key: string, permissions: readonly string[]): void {
    this.#options.keys.restrict(key, permissions);
  }

  /** Sends events of from now on to a receiver, each time `deliver` is called. */
  listen(endpoint: WebhookEndpoint): void {
    this.#deliveries.listen(endpoint);
  }

  deliver(options?: DeliverOptions): Promise<Delivery[]> {
    return this.#deliveries.deliver(options);
  }

  forgetDeliveries(): void {
    this.#deliveries.forget();
  }
}

/** The methods that another process may call. */
export const REMOTE = [
  "fault",
  "rateLimit",
  "clearFaults",
  "requests",
  "violations",
  "settings",
  "runDue",
  "restrictKey",
  "listen",
  "deliver",
  "forgetDeliveries",
] as const satisfies readonly (keyof Control)[];
