import { randomBytes } from "node:crypto";
import type Stripe from "stripe";
import { connectBilling } from "../../src/billing/connect.js";
import type { Billing } from "../../src/billing/connection.js";
import { type RunOutboxInput, type RunOutboxResult, runOutbox } from "../../src/billing/run-outbox.js";
import { createTenant } from "../../src/control-plane/create-tenant.js";
import type { RunningStripe } from "../stripe/start.js";
import type { World } from "../support/world.js";
import { clientOf } from "./stripe.js";

/** Billing of a test's own installation by a counterpart, as a new process has it. */
export function billingOf(world: World, running: RunningStripe): Billing {
  return { control: world.control, stripe: clientOf(running, { timeout: 1000 }), livemode: running.key.startsWith("sk_live_") };
}

/** Connects an installation and brings what it has to Stripe. */
export async function connected(world: World, running: RunningStripe): Promise<Billing> {
  const billing = billingOf(world, running);
  await connectBilling(billing, false);
  await settled(billing);
  return billing;
}

/** Runs the outbox until nothing is left that isn't refused, however often it is put off. */
export async function settled(billing: Billing, input: RunOutboxInput = {}): Promise<RunOutboxResult> {
  for (let round = 0; round < 20; round += 1) {
    await billing.control.client.$queryRaw`SELECT control.retry_billing_steps()`;
    const result = await runOutbox(billing, { leaseSeconds: 5, ...input });
    if (result.waiting === 0) return result;
  }
  throw new Error("The outbox is never empty.");
}

export async function newTenant(
  { control }: Billing,
  plan = "free",
  slug = `t-${randomBytes(4).toString("hex")}`,
): Promise<string> {
  const owner = { name: slug, ownerEmail: `owner@${slug}.test` };
  return (await createTenant(control, { slug, ...owner, plan, ifNotExists: false, dryRun: false })).tenant.id;
}

/** What the counterpart has, asked past azora's own eyes. */
export async function atStripe<T = Record<string, unknown>>({ url, key }: RunningStripe, path: string): Promise<T> {
  const response = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${key}` } });
  return (await response.json()) as T;
}

/** All customers and subscriptions of one tenant, by what azora wrote on them; those that have ended too. */
export async function objectsOf(running: RunningStripe, accountId: string) {
  const isIts = ({ metadata }: { metadata: Stripe.Metadata }) => metadata.azora_account === accountId;
  const customers = await listed<Stripe.Customer>(running, "/v1/customers?limit=100");
  const subscriptions = await listed<Stripe.Subscription>(running, "/v1/subscriptions?status=all&limit=100");
  return { customers: customers.filter(isIts), subscriptions: subscriptions.filter(isIts) };
}

async function listed<T extends { readonly id: string }>(running: RunningStripe, path: string): Promise<T[]> {
  const all: T[] = [];
  for (let after = ""; ; ) {
    const { data, has_more } = await atStripe<{ data: T[]; has_more: boolean }>(running, `${path}${after}`);
    all.push(...data);
    if (!has_more) return all;
    after = `&starting_after=${data.at(-1)?.id}`;
  }
}
