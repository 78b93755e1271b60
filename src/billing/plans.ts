import type Stripe from "stripe";
import type { BillingClient } from "./client.js";

/** A plan as the control plane has it. */
export interface BilledPlan {
  /** Its name in azora: lower case, for good. */
  readonly code: string;
  readonly name: string;
  /** Minor units of the currency: cents. */
  readonly amount: number;
  /** ISO 4217, lower case. */
  readonly currency: string;
  readonly interval: "month" | "year";
}

/** A plan as Stripe has it. */
export interface StripePlan extends BilledPlan {
  readonly productId: string;
  readonly priceId: string;
  readonly active: boolean;
}

export interface PushPlanResult {
  readonly plan: StripePlan;
  readonly changed: boolean;
}

/** Ids of our own choice, so that nothing has to be remembered to find a plan again. */
export const productIdOf = (code: string): string => `azora_plan_${code}`;
export const lookupKeyOf = (code: string): string => `azora_plan_${code}`;

/**
 * Finds a plan at Stripe by its lookup key.
 * @returns undefined if Stripe has none
 */
export async function findPlan(billing: BillingClient, code: string): Promise<StripePlan | undefined> {
  const price = (await priceOf(billing, code, true)) ?? (await priceOf(billing, code, false));
  const product = price?.product;
  if (!price || typeof product !== "object" || product.deleted) return undefined;
  return {
    code,
    name: product.name,
    amount: price.unit_amount ?? 0,
    currency: price.currency,
    interval: price.recurring?.interval === "year" ? "year" : "month",
    productId: product.id,
    priceId: price.id,
    active: product.active && price.active,
  };
}

/**
 * Brings a plan to Stripe: one product, one active price with the lookup key. A price can't be
 * changed, so another amount is another price; who subscribed to the old one keeps it. Killed
 * between any two steps, it is whole after the next run.
 * @param attempt another word when Stripe has answered with a failure of its own: it would give that answer again
 * @throws AzoraError as the client's
 */
export async function pushPlan(billing: BillingClient, plan: BilledPlan, attempt = ""): Promise<PushPlanResult> {
  const before = await findPlan(billing, plan.code);
  const product = await ensureProduct(billing, plan);
  const same = before && before.amount === plan.amount && before.currency === plan.currency && before.interval === plan.interval;
  const priceId = same ? before.priceId : (await createPrice(billing, plan, [before?.priceId ?? "none", attempt])).id;
  const switched = await sellOnly(billing, plan.code, priceId);
  const result = { ...plan, productId: product.id, priceId, active: true };
  return { plan: result, changed: product.changed || !same || switched };
}

/**
 * Takes a plan out of sale; who has it keeps it.
 * @returns whether anything changed; false as well if Stripe has no such plan
 */
export async function archivePlan(billing: BillingClient, code: string): Promise<boolean> {
  const before = await findPlan(billing, code);
  if (!before) return false;
  const switched = await sellOnly(billing, code, undefined);
  const product = await billing.read("read the product", (stripe) => stripe.products.retrieve(before.productId));
  if (product.active) await updateProduct(billing, code, { active: false });
  return switched || product.active;
}

async function ensureProduct(
  billing: BillingClient,
  { code, name }: BilledPlan,
): Promise<{ readonly id: string; readonly changed: boolean }> {
  const id = productIdOf(code);
  const [product] = await billing.read("read the product", async (stripe) => (await stripe.products.list({ ids: [id] })).data);
  if (!product) {
    const params = { id, name, metadata: { azora_plan: code } };
    await billing.write({ action: "make the product", step: "plan.product", parts: [code, name] }, (stripe, options) =>
      stripe.products.create(params, options),
    );
    return { id, changed: true };
  }
  if (product.name === name && product.active) return { id, changed: false };
  await updateProduct(billing, code, { name, active: true });
  return { id, changed: true };
}

/** An update says what is to be, so that doing it twice does no harm: a key would only bring old answers back. */
async function updateProduct(billing: BillingClient, code: string, params: Stripe.ProductUpdateParams): Promise<void> {
  const write = { action: "change the product", step: "plan.product.update", parts: [code, crypto.randomUUID()] };
  await billing.write(write, (stripe, options) => stripe.products.update(productIdOf(code), params, options));
}

/** The key names the price that is replaced: a plan may come back to an amount that it had this morning. */
function createPrice(
  billing: BillingClient,
  { code, amount, currency, interval }: BilledPlan,
  occasion: readonly string[],
): Promise<Stripe.Price> {
  const params = {
    product: productIdOf(code),
    unit_amount: amount,
    currency,
    recurring: { interval },
    lookup_key: lookupKeyOf(code),
    transfer_lookup_key: true,
    metadata: { azora_plan: code },
  };
  const write = { action: "make the price", step: "plan.price", parts: [code, amount, currency, interval, ...occasion] };
  return billing.write(write, (stripe, options) => stripe.prices.create(params, options));
}

/** Of a plan's prices this one is for sale, or none. */
async function sellOnly(billing: BillingClient, code: string, wanted: string | undefined): Promise<boolean> {
  const prices = await pricesOf(billing, { product: productIdOf(code), active: true });
  const wrong = prices.filter(({ id }) => id !== wanted).map(({ id }) => ({ id, active: false }));
  if (wanted !== undefined && prices.length === wrong.length) wrong.push({ id: wanted, active: true });
  for (const { id, active } of wrong) {
    const write = { action: "change the price", step: "plan.price.active", parts: [id, crypto.randomUUID()] };
    await billing.write(write, (stripe, options) => stripe.prices.update(id, { active }, options));
  }
  return wrong.length > 0;
}

async function priceOf(billing: BillingClient, code: string, active: boolean): Promise<Stripe.Price | undefined> {
  const [price] = await pricesOf(billing, { lookup_keys: [lookupKeyOf(code)], active, expand: ["data.product"] });
  return price;
}

async function pricesOf(billing: BillingClient, params: Stripe.PriceListParams): Promise<Stripe.Price[]> {
  const prices: Stripe.Price[] = [];
  for await (const price of billing.each("read the prices", (stripe, cursor) => stripe.prices.list({ ...params, ...cursor })))
    prices.push(price);
  return prices;
}
