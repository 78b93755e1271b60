import type Stripe from "stripe";
import { missing } from "./stripe-fault.js";

/** Every kind of object that is kept, by its value of `object`. Ids are never expanded in here. */
export interface Objects {
  readonly "billing.meter": Stripe.Billing.Meter;
  readonly "billing_portal.session": Stripe.BillingPortal.Session;
  readonly charge: Stripe.Charge;
  readonly customer: Stripe.Customer;
  readonly event: Stripe.Event;
  readonly invoice: Stripe.Invoice;
  readonly invoice_payment: Stripe.InvoicePayment;
  readonly invoiceitem: Stripe.InvoiceItem;
  readonly payment_intent: Stripe.PaymentIntent;
  readonly payment_method: Stripe.PaymentMethod;
  readonly price: Stripe.Price;
  readonly product: Stripe.Product;
  readonly subscription: Stripe.Subscription;
  readonly "test_helpers.test_clock": Stripe.TestHelpers.TestClock;
}

export type Kind = keyof Objects;

/** What an error calls an object of a kind. */
const NOUNS: Partial<Record<Kind, string>> = {
  "billing.meter": "meter",
  payment_method: "PaymentMethod",
  "test_helpers.test_clock": "test clock",
};

/** All objects of one account, in the order in which they were made. */
export class Store {
  readonly #objects = new Map<Kind, Map<string, Objects[Kind]>>();
  readonly #kinds = new Map<string, Kind>();
  readonly #deleted = new Map<string, Kind>();

  put<K extends Kind>(kind: K, object: Objects[K]): Objects[K] {
    this.#all(kind).set(object.id, object);
    this.#kinds.set(object.id, kind);
    return object;
  }

  /** Takes an object away; that there was one is remembered. */
  remove(kind: Kind, id: string): void {
    this.#all(kind).delete(id);
    this.#deleted.set(id, kind);
  }

  find<K extends Kind>(kind: K, id: string): Objects[K] | undefined {
    return this.#all(kind).get(id) as Objects[K] | undefined;
  }

  /** @throws StripeFault 404, or 400 if the id came in the parameter `param` */
  get<K extends Kind>(kind: K, id: string, param?: string): Objects[K] {
    const object = this.find(kind, id);
    if (!object) throw missing(NOUNS[kind] ?? kind, id, param);
    return object;
  }

  /** An object of whatever kind, for what is expanded; a deleted one as Stripe shows it. */
  findAny(id: string): object | undefined {
    const kind = this.#kinds.get(id);
    if (kind && this.#deleted.has(id)) return { id, object: kind, deleted: true };
    return kind && this.find(kind, id);
  }

  isDeleted(kind: Kind, id: string): boolean {
    return this.#deleted.get(id) === kind;
  }

  /** Oldest first. */
  all<K extends Kind>(kind: K): Objects[K][] {
    return [...this.#all(kind).values()] as Objects[K][];
  }

  #all(kind: Kind): Map<string, Objects[Kind]> {
    let objects = this.#objects.get(kind);
    if (!objects) {
      objects = new Map();
      this.#objects.set(kind, objects);
    }
    return objects;
  }
}
