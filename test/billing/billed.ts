import Stripe from "stripe";
import { changeCollection } from "../../src/billing/change-billing.js";
import { connectBilling } from "../../src/billing/connect.js";
import type { Billing } from "../../src/billing/connection.js";
import { runOutbox } from "../../src/billing/run-outbox.js";
import { createTenant } from "../../src/control-plane/create-tenant.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { DAY, setCard } from "../stripe/steps.js";
import type { World } from "../support/world.js";
import { clientOf } from "./stripe.js";

/** A tenant that pays by card, as the database and Stripe have it. */
export interface BilledTenant {
  readonly accountId: string;
  readonly slug: string;
  readonly customer: string;
  readonly subscription: string;
}

/** A slug that nobody has. */
export const fresh = () => `t-${crypto.randomUUID().slice(0, 8)}`;

/** Lets time pass in the database: what it wrote down of who owes was so many days earlier. */
export async function passHere(world: World, days: number): Promise<void> {
  await world.look(
    `UPDATE control.subscriptions SET past_due_since = past_due_since - $1 * interval '1 day',
       grace_until = grace_until - $1 * interval '1 day' WHERE past_due_since IS NOT NULL`,
    days,
  );
  await world.look(
    "UPDATE control.accounts SET suspended_at = suspended_at - $1 * interval '1 day' WHERE suspended_at IS NOT NULL",
    days,
  );
}

/** An installation that bills at a Stripe of its own, whose time a test moves. */
export class Billed {
  readonly tenants: BilledTenant[] = [];
  /** Stripe as its dashboard and the customers have it: past azora. */
  readonly api: Stripe;
  #now = Math.floor(Date.now() / 1000);

  private constructor(
    readonly world: World,
    readonly running: RunningStripe,
  ) {
    const { host, port, key } = running;
    this.api = new Stripe(key, { host, port, protocol: "http", maxNetworkRetries: 0 });
  }

  static async open(world: World, slugs: readonly string[] = []): Promise<Billed> {
    const time = { now: () => 0 };
    const billed = new Billed(world, await startStripe({ clock: () => time.now() }));
    time.now = () => billed.#now;
    billed.running.control.settings({ afterLastRetry: "past_due" });
    await connectBilling(billed.billing(), false);
    for (const slug of slugs) await billed.add(slug);
    return billed;
  }

  async close(): Promise<void> {
    const violations = this.running.control.violations();
    await this.running.close();
    if (violations.length > 0) throw new Error(`The counterpart went against the contract: ${violations.join("; ")}`);
  }

  /** Billing as a new process has it, under the operator that the world works as. */
  billing(): Billing {
    return { control: this.world.control, stripe: clientOf(this.running, { timeout: 2000 }), livemode: false };
  }

  /** Makes a tenant on the plan `team`, with a card that pays. */
  async add(slug: string): Promise<BilledTenant> {
    const { control } = this.world;
    const input = { slug, name: slug, ownerEmail: `owner@${slug}.test`, plan: "team", ifNotExists: false, dryRun: false };
    const { tenant } = await createTenant(control, input);
    await this.#settle();
    const [ids] = await this.world.look<{ customer: string; subscription: string }>(
      `SELECT c.stripe_id AS customer, s.stripe_id AS subscription
       FROM control.stripe_customers c JOIN control.subscriptions s USING (account_id) WHERE account_id = $1`,
      tenant.id,
    );
    if (!ids) throw new Error(`Stripe has nothing of ${slug}.`);
    await setCard(this.api, ids.customer, "pm_card_visa");
    await changeCollection(this.billing(), { tenant: slug, collection: "card", dryRun: false });
    await this.#settle();
    await this.payAll(ids.subscription);
    const billed = { accountId: tenant.id, slug, ...ids };
    this.tenants.push(billed);
    return billed;
  }

  async #settle(): Promise<void> {
    const { failed, waiting, steps } = await runOutbox(this.billing());
    if (failed + waiting > 0) throw new Error(`Not all was done at Stripe: ${JSON.stringify(steps)}`);
  }

  /** Lets time pass at Stripe: renewals, attempts to collect, ends. */
  pass(days: number): void {
    this.#now += days * DAY;
    this.running.control.runDue();
  }

  /** Stripe forgets what has happened so far: nobody looked for longer than it remembers. */
  forgetEvents(): void {
    this.#now += 31 * DAY;
  }

  passHere(days: number): Promise<void> {
    return passHere(this.world, days);
  }

  /** From now on a tenant's card is declined, or pays. */
  async setCard({ customer }: BilledTenant, works: boolean): Promise<void> {
    await setCard(this.api, customer, works ? "pm_card_visa" : "pm_card_chargeCustomerFail");
  }

  /** Pays what is open. */
  async payAll(subscription: string): Promise<void> {
    const { data } = await this.api.invoices.list({ subscription, status: "open", limit: 100 });
    for (const { id } of data.toReversed()) await this.api.invoices.pay(id ?? "");
  }

  /** A month that ends with an unpaid invoice: the subscription is past due. */
  async fallBehind(tenant: BilledTenant): Promise<void> {
    await this.setCard(tenant, false);
    this.pass(32);
    const { status } = await this.api.subscriptions.retrieve(tenant.subscription);
    if (status !== "past_due") throw new Error(`${tenant.slug} is ${status}, not past due.`);
  }

  async account({ accountId }: BilledTenant): Promise<Record<string, unknown>> {
    const [row] = await this.world.look("SELECT * FROM control.accounts WHERE id = $1", accountId);
    return row ?? {};
  }
}
