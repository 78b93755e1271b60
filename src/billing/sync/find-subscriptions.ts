import type Stripe from "stripe";
import { AzoraError } from "../../errors.js";
import type { Billing } from "../connection.js";
import { readMetadata } from "../metadata.js";
import { compare } from "./compare.js";
import type { Drift } from "./drift.js";
import { liveSubscriptions, slugsOf, subscriptionsById, waitingAccounts } from "./known.js";
import { subscriptionPages } from "./lists.js";
import { Seen } from "./seen.js";

/** Drift of subscriptions, in both directions: what Stripe lists, and what the database has and Stripe didn't list. */
export async function* subscriptionDrift(billing: Billing, installation: string): AsyncGenerator<Drift> {
  const seen = new Seen();
  for await (const page of subscriptionPages(billing)) {
    // Before the database is asked what it knows: what a step makes meanwhile is known then, or its step was seen.
    const ours = ofInstallation(page, installation);
    const waiting = await waitingAccounts(billing, [...ours.values()]);
    const known = await subscriptionsById(
      billing,
      page.map(({ id }) => id),
    );
    const strange: Stripe.Subscription[] = [];
    for (const found of page) {
      const subscription = known.get(found.id);
      if (!subscription) {
        strange.push(found);
        continue;
      }
      if (!hasEnded(subscription.status)) seen.add(found.id);
      const drift = subscription.isWaiting ? undefined : compare(subscription, found);
      if (drift) yield drift;
    }
    yield* strangers(
      billing,
      strange.filter(({ id }) => ours.has(id) && !waiting.has(ours.get(id) ?? "")),
      ours,
    );
  }
  for await (const { stripeId } of liveSubscriptions(billing)) seen.expect(stripeId);
  for await (const subscription of liveSubscriptions(billing)) {
    if (!seen.mayLack(subscription.stripeId) || subscription.isWaiting) continue;
    const { accountId, slug, stripeId: object, status } = subscription;
    const found = await lookUp(billing, object);
    const drift = found ? compare(subscription, found) : undefined;
    if (drift) yield drift;
    else if (!found) yield { class: "missing", accountId, slug, object, inDatabase: status, atStripe: null };
  }
}

/** What says it is this installation's: subscriptions' ids, and whose they are. */
function ofInstallation(page: readonly Stripe.Subscription[], installation: string): ReadonlyMap<string, string> {
  return new Map(
    page.flatMap(({ id, metadata }) => {
      const said = readMetadata(metadata);
      return said?.installationId === installation ? [[id, said.accountId] as const] : [];
    }),
  );
}

/** The database has no such subscription. */
async function* strangers(
  billing: Billing,
  found: readonly Stripe.Subscription[],
  owners: ReadonlyMap<string, string>,
): AsyncGenerator<Drift> {
  if (found.length === 0) return;
  const slugs = await slugsOf(
    billing,
    found.map(({ id }) => owners.get(id) ?? ""),
  );
  for (const { id, status } of found) {
    const accountId = owners.get(id) ?? "";
    const slug = slugs.get(accountId) ?? null;
    const about = { accountId, slug, object: id, inDatabase: null, atStripe: status };
    yield { ...about, class: slug === null ? "purged-billed" : "orphaned" };
  }
}

/** One that has ended is on no list but can be asked for; undefined when Stripe has never heard of it. */
async function lookUp({ stripe }: Billing, id: string): Promise<Stripe.Subscription | undefined> {
  try {
    return await stripe.read("read the subscription", (api) => api.subscriptions.retrieve(id));
  } catch (error) {
    if (error instanceof AzoraError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

function hasEnded(status: string): boolean {
  return status === "canceled" || status === "incomplete_expired";
}
