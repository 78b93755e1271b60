import type Stripe from "stripe";
import { sublist } from "../http/list.js";
import { newId } from "../world/ids.js";
import { mergeMetadata } from "../world/metadata.js";
import { invalid, invalidParams, missing } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";
import type { Period } from "./period.js";

/** What create, update and preview say of an item. */
export interface ItemChange {
  readonly id?: string;
  readonly price?: string;
  readonly quantity?: number;
  readonly deleted?: boolean;
  readonly clear_usage?: boolean;
  readonly metadata?: Stripe.Emptyable<Stripe.MetadataParam>;
}

export interface ItemOptions {
  readonly subscription: string;
  readonly period: Period;
  readonly now: number;
}

/** A new item of a subscription. */
function newItem(world: World, change: ItemChange, { subscription, period, now }: ItemOptions): Stripe.SubscriptionItem {
  const price = recurringPrice(world, change.price);
  return {
    id: newId("si"),
    object: "subscription_item",
    billing_thresholds: null,
    created: now,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: mergeMetadata({}, change.metadata),
    plan: planOf(price),
    price,
    ...(price.recurring?.usage_type === "metered" ? {} : { quantity: change.quantity ?? 1 }),
    subscription,
    tax_rates: [],
  };
}

function recurringPrice(world: World, id: string | undefined): Stripe.Price {
  if (id === undefined)
    throw invalidParams("Missing required param: items[0][price].", { code: "parameter_missing", param: "items[0][price]" });
  const price = world.store.get("price", id, "items[0][price]");
  if (!price.active)
    throw invalid("The price specified is inactive. This field only accepts active prices.", { param: "items[0][price]" });
  if (!price.recurring) {
    throw invalid("The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.", {
      param: "items[0][price]",
    });
  }
  return price;
}

/** The items after a change; those that it doesn't name stay as they are. */
export function changeItems(
  world: World,
  before: readonly Stripe.SubscriptionItem[],
  { changes, ...options }: ItemOptions & { readonly changes: readonly ItemChange[] },
): Stripe.SubscriptionItem[] {
  const after = new Map(before.map((item) => [item.id, item]));
  for (const [at, change] of changes.entries()) {
    if (change.id === undefined) {
      const item = newItem(world, change, options);
      after.set(item.id, item);
      continue;
    }
    const item = after.get(change.id);
    if (!item) throw missing("subscription item", change.id, `items[${at}][id]`);
    if (change.deleted) after.delete(change.id);
    else after.set(item.id, changeItem(world, item, change));
  }
  const items = [...after.values()];
  checkAlike(items);
  return items;
}

function changeItem(world: World, item: Stripe.SubscriptionItem, change: ItemChange): Stripe.SubscriptionItem {
  const price = change.price === undefined ? item.price : recurringPrice(world, change.price);
  const { quantity: before, ...rest } = item;
  const metered = price.recurring?.usage_type === "metered";
  const quantity = metered ? {} : { quantity: change.quantity ?? before ?? 1 };
  return { ...rest, ...quantity, price, plan: planOf(price), metadata: mergeMetadata(item.metadata, change.metadata) };
}

function checkAlike(items: readonly Stripe.SubscriptionItem[]): void {
  const [first, ...others] = items;
  if (!first) throw invalid("A subscription must have at least one active item.", { param: "items" });
  const interval = ({ price: { recurring } }: Stripe.SubscriptionItem) => `${recurring?.interval} ${recurring?.interval_count}`;
  if (others.some((item) => item.price.currency !== first.price.currency)) {
    throw invalid(
      `The price specified only supports ${first.price.currency}. All prices on a subscription must have the same currency.`,
      { param: "items" },
    );
  }
  if (others.some((item) => interval(item) !== interval(first))) {
    throw invalid("The counterpart bills all items of a subscription at the same interval.", { param: "items" });
  }
  if (new Set(items.map(({ price }) => price.id)).size < items.length) {
    throw invalid("Cannot add multiple subscription items with the same price.", { param: "items" });
  }
}

export function itemList(
  subscription: string,
  items: readonly Stripe.SubscriptionItem[],
): Stripe.ApiList<Stripe.SubscriptionItem> {
  return sublist(items, `/v1/subscription_items?subscription=${subscription}`);
}

/** The price in the older form that items carry as well. */
function planOf(price: Stripe.Price): Stripe.Plan {
  const { recurring } = price;
  return {
    id: price.id,
    object: "plan",
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: "per_unit",
    created: price.created,
    currency: price.currency,
    interval: recurring?.interval ?? "month",
    interval_count: recurring?.interval_count ?? 1,
    livemode: price.livemode,
    metadata: price.metadata,
    meter: recurring?.meter ?? null,
    nickname: price.nickname,
    product: idOf(price.product as string),
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: recurring?.usage_type ?? "licensed",
  };
}
