import type Stripe from "stripe";
import { changeSubscription } from "../billing/change.js";
import type { ItemChange } from "../billing/items.js";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { missing } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";

const FIELDS = "metadata metadata.* price proration_behavior proration_date quantity";

export const subscriptionItemRoutes = [
  route<Stripe.SubscriptionItemCreateParams, Stripe.SubscriptionItem>(
    "POST /v1/subscription_items",
    `${FIELDS} subscription`,
    create,
  ),
  route("GET /v1/subscription_items", "limit starting_after ending_before subscription", list),
  route("GET /v1/subscription_items/{id}", "", ({ world, id }: Call<object>) => find(world, id).item),
  route<Stripe.SubscriptionItemUpdateParams, Stripe.SubscriptionItem>("POST /v1/subscription_items/{id}", FIELDS, update),
  route<Stripe.SubscriptionItemDeleteParams, Stripe.DeletedSubscriptionItem>(
    "DELETE /v1/subscription_items/{id}",
    "proration_behavior proration_date",
    del,
  ),
];

function find(world: World, id: string): { item: Stripe.SubscriptionItem; subscription: Stripe.Subscription } {
  for (const subscription of world.store.all("subscription")) {
    const item = subscription.items.data.find((each) => each.id === id);
    if (item) return { item, subscription };
  }
  throw missing("subscription_item", id);
}

/** One item's change is its subscription's change. */
function apply(world: World, subscription: string, change: Stripe.SubscriptionUpdateParams): Stripe.SubscriptionItem[] {
  return changeSubscription(world, subscription, change).items.data;
}

interface Prorated {
  readonly proration_behavior?: Stripe.SubscriptionUpdateParams.ProrationBehavior;
  readonly proration_date?: number;
}

function prorationOf({ proration_behavior, proration_date }: Prorated): Prorated {
  return { ...(proration_behavior && { proration_behavior }), ...(proration_date !== undefined && { proration_date }) };
}

function changeOf({ price, quantity, metadata }: ItemChange): ItemChange {
  return { ...(price && { price }), ...(quantity !== undefined && { quantity }), ...(metadata !== undefined && { metadata }) };
}

function create({ world, params }: Call<Stripe.SubscriptionItemCreateParams>): Stripe.SubscriptionItem {
  const before = new Set(world.store.get("subscription", params.subscription, "subscription").items.data.map(({ id }) => id));
  const items = apply(world, params.subscription, {
    items: [changeOf(params as ItemChange) as object],
    ...prorationOf(params as Prorated),
  });
  const made = items.find(({ id }) => !before.has(id));
  if (!made) throw missing("subscription_item", params.subscription);
  return made;
}

function list({ world, params }: Call<Stripe.SubscriptionItemListParams>): Stripe.ApiList<Stripe.SubscriptionItem> {
  const { items } = world.store.get("subscription", params.subscription, "subscription");
  return paginate([...items.data].reverse(), params, { url: "/v1/subscription_items", noun: "subscription_item" });
}

function update({ world, id, params }: Call<Stripe.SubscriptionItemUpdateParams>): Stripe.SubscriptionItem {
  const { subscription } = find(world, id);
  apply(world, subscription.id, {
    items: [{ id, ...changeOf(params as ItemChange) } as object],
    ...prorationOf(params as Prorated),
  });
  return find(world, id).item;
}

function del({ world, id, params }: Call<Stripe.SubscriptionItemDeleteParams>): Stripe.DeletedSubscriptionItem {
  const { item, subscription } = find(world, id);
  apply(world, idOf(subscription), { items: [{ id: item.id, deleted: true }], ...prorationOf(params as Prorated) });
  return { id, object: "subscription_item", deleted: true };
}
