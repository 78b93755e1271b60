import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { readStripeEvent, type StripeEvent } from "../events/stripe-event.js";
import { Gate } from "./gate.js";
import { readBody } from "./read-body.js";
import { signatureFault } from "./signature.js";

export interface DoorOptions {
  /** `whsec_…`; while one takes the place of another, both. */
  readonly secrets: readonly string[];
  /** Does all that an event asks for. Only when it is done Stripe hears that the event has arrived. */
  readonly handle: (event: StripeEvent) => Promise<unknown>;
  /** Told what went wrong with an event that is Stripe's; the sender hears only that it has to come again. */
  readonly onFailure: (event: StripeEvent, error: unknown) => void;
  /** Told what was turned away. */
  readonly onRefusal: (reply: Reply) => void;
  /** Seconds since 1970; the machine's unless told. */
  readonly now?: () => number;
  /** Milliseconds until a sender is told to come again; what was begun goes on. */
  readonly patience?: number;
}

export interface Reply {
  readonly status: number;
  /** Why not; nothing that the sender must not know. */
  readonly error?: string;
}

/** What becomes of one request: whether it is Stripe's, and when it is answered. */
export class Door {
  readonly #options: DoorOptions;
  readonly #gate = new Gate({ places: 4, seats: 128 });
  readonly #running = new Set<Promise<Reply>>();
  #isClosing = false;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Lets nothing new in, and waits for all that is under way. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#running);
  }

  async answer(request: IncomingMessage): Promise<Reply> {
    const found = await this.#eventOf(request);
    if ("status" in found) {
      this.#options.onRefusal(found);
      return found;
    }
    if (this.#isClosing) return { status: 503, error: "About to stop: send it again." };
    const work = this.#gate.enter(() => this.#handle(found));
    return work ? this.#inTime(work) : { status: 503, error: "Too many events at once: send it again." };
  }

  async #eventOf(request: IncomingMessage): Promise<StripeEvent | Reply> {
    if (request.method !== "POST") return { status: 405, error: "Only POST is taken here." };
    const body = await readBody(request);
    if (!body) return { status: 413, error: "The body is too large for an event." };
    const { secrets, now = () => Math.floor(Date.now() / 1000) } = this.#options;
    const header = request.headers["stripe-signature"];
    const fault = signatureFault({ body, header: typeof header === "string" ? header : undefined, secrets, now: now() });
    if (fault) return { status: 400, error: `Stripe-Signature: ${fault}.` };
    return readStripeEvent(body.toString("utf8")) ?? { status: 400, error: "The body is no event." };
  }

  async #handle(event: StripeEvent): Promise<Reply> {
    try {
      await this.#options.handle(event);
      return { status: 200 };
    } catch (error) {
      this.#options.onFailure(event, error);
      return { status: 500, error: "It failed: send it again." };
    }
  }

  /** An answer that comes too late is none for Stripe, which tries again and finds the work done. */
  async #inTime(work: Promise<Reply>): Promise<Reply> {
    this.#running.add(work);
    work.finally(() => this.#running.delete(work));
    const timer = new AbortController();
    const late = sleep(this.#options.patience ?? 8000, { status: 503, error: "It takes long: send it again." }, timer);
    try {
      return await Promise.race([work, late]);
    } finally {
      timer.abort();
    }
  }
}
