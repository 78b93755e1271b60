import Stripe from "stripe";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { newId } from "../world/ids.js";
import { mergeMetadata } from "../world/metadata.js";
import { invalid, invalidParams } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";
import { createProduct } from "./products.js";

const CREATE = `active currency lookup_key metadata metadata.* nickname product product_data.name product_data.metadata.* product_data.active
  recurring.interval recurring.interval_count recurring.meter recurring.usage_type tax_behavior transfer_lookup_key unit_amount unit_amount_decimal`;

export const priceRoutes = [
  route<Stripe.PriceCreateParams, Stripe.Price>("POST /v1/prices", CREATE, create),
  route(
    "GET /v1/prices",
    "limit starting_after ending_before active created created.* currency lookup_keys product type recurring.interval recurring.usage_type recurring.meter",
    list,
  ),
  route("GET /v1/prices/{id}", "", ({ world, id }: Call<object>) => world.store.get("price", id)),
  route<Stripe.PriceUpdateParams, Stripe.Price>(
    "POST /v1/prices/{id}",
    "active lookup_key metadata metadata.* nickname tax_behavior transfer_lookup_key",
    update,
  ),
];

function create({ world, params }: Call<Stripe.PriceCreateParams>): Stripe.Price {
  const amount = amountOf(params);
  const { lookup_key: lookupKey = null, recurring } = params;
  if (recurring?.usage_type === "metered" && !recurring.meter) {
    throw invalid("As of API version 2025-03-31.basil, metered prices must be backed by meters.", { param: "recurring[meter]" });
  }
  if (recurring?.meter) world.store.get("billing.meter", recurring.meter, "recurring[meter]");
  if (lookupKey !== null) claimLookupKey(world, { lookupKey, transfer: params.transfer_lookup_key ?? false });
  const price: Stripe.Price = {
    id: newId("price"),
    object: "price",
    active: params.active ?? true,
    billing_scheme: "per_unit",
    created: world.now(),
    currency: params.currency.toLowerCase(),
    custom_unit_amount: null,
    livemode: world.livemode,
    lookup_key: lookupKey,
    metadata: mergeMetadata({}, params.metadata),
    nickname: params.nickname ?? null,
    product: productOf(world, params),
    recurring: recurring
      ? {
          interval: recurring.interval,
          interval_count: recurring.interval_count ?? 1,
          meter: recurring.meter ?? null,
          trial_period_days: null,
          usage_type: recurring.usage_type ?? "licensed",
        }
      : null,
    tax_behavior: params.tax_behavior ?? "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: recurring ? "recurring" : "one_time",
    unit_amount: Number.isInteger(Number(amount)) ? Number(amount) : null,
    unit_amount_decimal: Stripe.Decimal.from(amount),
  };
  return world.create("price", price, "price.created");
}

function amountOf({ unit_amount: amount, unit_amount_decimal: decimal }: Stripe.PriceCreateParams): string {
  if (amount !== undefined && decimal !== undefined) {
    throw invalidParams("You may only specify one of these parameters: unit_amount, unit_amount_decimal.", {
      code: "parameters_exclusive",
    });
  }
  const found = amount ?? decimal;
  if (found === undefined)
    throw invalidParams("Missing required param: unit_amount.", { code: "parameter_missing", param: "unit_amount" });
  if (Number(found) < 0)
    throw invalid("Invalid non-negative integer", { param: "unit_amount", code: "parameter_invalid_integer" });
  return String(found);
}

function productOf(world: World, { product, product_data: data }: Stripe.PriceCreateParams): string {
  if (product !== undefined) return world.store.get("product", product, "product").id;
  if (data) return createProduct(world, { name: data.name, ...(data.metadata && { metadata: data.metadata }) }).id;
  throw invalidParams("You must specify either `product` or `product_data` when creating a price.", {
    code: "parameter_missing",
    param: "product",
  });
}

/** A lookup key belongs to one price; it moves only when that is asked for. */
function claimLookupKey(
  world: World,
  { lookupKey, transfer, for: own }: { lookupKey: string; transfer: boolean; for?: string },
): void {
  const holder = world.store.all("price").find(({ id, lookup_key: held }) => held === lookupKey && id !== own);
  if (!holder) return;
  if (!transfer)
    throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, {
      code: "resource_already_exists",
      param: "lookup_key",
    });
  world.update("price", holder.id, { lookup_key: null });
}

function list({ world, params }: Call<Stripe.PriceListParams>): Stripe.ApiList<Stripe.Price> {
  const { active, currency, lookup_keys: keys, product, type, recurring } = params;
  const wanted = world.store
    .all("price")
    .filter(
      (price) =>
        (active === undefined || price.active === active) &&
        (!currency || price.currency === currency) &&
        (!keys || (price.lookup_key !== null && keys.includes(price.lookup_key))) &&
        (!product || idOf(price.product) === product) &&
        (!type || price.type === type) &&
        (!recurring?.interval || price.recurring?.interval === recurring.interval) &&
        (!recurring?.usage_type || price.recurring?.usage_type === recurring.usage_type) &&
        (!recurring?.meter || price.recurring?.meter === recurring.meter),
    );
  return paginate(wanted, params, { url: "/v1/prices", noun: "price" });
}

function update({ world, id, params }: Call<Stripe.PriceUpdateParams>): Stripe.Price {
  const before = world.store.get("price", id);
  const { lookup_key: lookupKey } = params;
  if (lookupKey) claimLookupKey(world, { lookupKey, transfer: params.transfer_lookup_key ?? false, for: id });
  return world.update("price", id, {
    active: params.active ?? before.active,
    lookup_key: lookupKey === undefined ? before.lookup_key : lookupKey || null,
    metadata: mergeMetadata(before.metadata, params.metadata),
    nickname: params.nickname ?? before.nickname,
    tax_behavior: params.tax_behavior ?? before.tax_behavior,
  });
}
