import type Stripe from "stripe";
import { cardDetails, cardError, testCard } from "../billing/cards.js";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { newId } from "../world/ids.js";
import { mergeMetadata } from "../world/metadata.js";
import { invalid, missing } from "../world/stripe-fault.js";
import type { World } from "../world/world.js";

export const paymentMethodRoutes = [
  route<Stripe.PaymentMethodCreateParams, Stripe.PaymentMethod>(
    "POST /v1/payment_methods",
    "type card.token metadata metadata.* billing_details.email billing_details.name billing_details.phone",
    create,
  ),
  route("GET /v1/payment_methods", "limit starting_after ending_before customer type", list),
  route("GET /v1/payment_methods/{id}", "", ({ world, id }: Call<object>) => world.store.get("payment_method", id)),
  route<Stripe.PaymentMethodUpdateParams, Stripe.PaymentMethod>(
    "POST /v1/payment_methods/{id}",
    "metadata metadata.* card.exp_month card.exp_year",
    update,
  ),
  route<Stripe.PaymentMethodAttachParams, Stripe.PaymentMethod>(
    "POST /v1/payment_methods/{id}/attach",
    "customer",
    ({ world, id, params }) => {
      if (params.customer === undefined)
        throw invalid("Missing required param: customer.", { code: "parameter_missing", param: "customer" });
      return attach(world, { paymentMethod: id, customer: params.customer });
    },
  ),
  route("POST /v1/payment_methods/{id}/detach", "", detach),
];

function create({ world, params }: Call<Stripe.PaymentMethodCreateParams>): Stripe.PaymentMethod {
  const token = params.card && "token" in params.card ? params.card.token : undefined;
  if (params.type !== "card" || token === undefined) {
    throw invalid("The counterpart makes cards from test tokens only: type=card, card[token]=tok_visa.", {
      param: "card[token]",
    });
  }
  return make(world, token, { billing: params.billing_details, metadata: mergeMetadata({}, params.metadata) });
}

interface MakeOptions {
  readonly billing?: Stripe.PaymentMethodCreateParams.BillingDetails | undefined;
  readonly metadata?: Stripe.Metadata;
}

/** A payment method of its own from the name of a test card. */
function make(world: World, name: string, { billing, metadata = {} }: MakeOptions = {}): Stripe.PaymentMethod {
  const card = testCard(name);
  if (!card) throw missing(name.startsWith("tok_") ? "token" : "PaymentMethod", name, "payment_method");
  const method: Stripe.PaymentMethod = {
    id: newId("pm"),
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: {
      address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
      email: billing?.email || null,
      name: billing?.name || null,
      phone: billing?.phone || null,
      tax_id: null,
    },
    card: cardDetails(card),
    created: world.now(),
    customer: null,
    customer_account: null,
    livemode: world.livemode,
    metadata,
    type: "card",
  };
  world.cards.set(method.id, name);
  return world.store.put("payment_method", method);
}

/**
 * Attaches a payment method, or a new copy of a test card, to a customer.
 * @throws StripeFault 402 for a card that its bank refuses
 */
export function attach(
  world: World,
  { paymentMethod, customer }: { paymentMethod: string; customer: string },
): Stripe.PaymentMethod {
  const owner = world.store.get("customer", customer, "customer");
  const method = testCard(paymentMethod)
    ? make(world, paymentMethod)
    : world.store.get("payment_method", paymentMethod, "payment_method");
  if (method.customer === customer) return method;
  if (method.customer) {
    throw invalid("The payment method you provided has already been attached to a customer.", {
      code: "payment_method_unexpected_state",
    });
  }
  const refusal = testCard(world.cards.get(method.id) ?? "")?.attach;
  if (refusal) throw cardError(refusal);
  return world.update("payment_method", method.id, { customer, created: world.now(owner) }, "payment_method.attached");
}

function list({ world, params }: Call<Stripe.PaymentMethodListParams>): Stripe.ApiList<Stripe.PaymentMethod> {
  const { customer, type } = params;
  if (customer) world.store.get("customer", customer, "customer");
  const wanted = world.store
    .all("payment_method")
    .filter((method) => method.customer === (customer ?? null) && (!type || method.type === type));
  return paginate(wanted, params, { url: "/v1/payment_methods", noun: "PaymentMethod" });
}

function update({ world, id, params }: Call<Stripe.PaymentMethodUpdateParams>): Stripe.PaymentMethod {
  const before = world.store.get("payment_method", id);
  if (!before.customer) throw invalid("You must save this PaymentMethod to a customer before you can update it.");
  const { exp_month = before.card?.exp_month, exp_year = before.card?.exp_year } = params.card ?? {};
  return world.update("payment_method", id, {
    metadata: mergeMetadata(before.metadata ?? {}, params.metadata),
    ...(before.card && { card: { ...before.card, exp_month: exp_month ?? 0, exp_year: exp_year ?? 0 } }),
  });
}

/** Takes a method off its customer, and out of every default that names it. */
function detach({ world, id }: Call<object>): Stripe.PaymentMethod {
  const method = world.store.get("payment_method", id);
  if (!method.customer) {
    throw invalid("The payment method you provided is not attached to a customer so detachment is impossible.", {
      code: "payment_method_unexpected_state",
    });
  }
  for (const { id: customer, invoice_settings } of world.store.all("customer")) {
    if (invoice_settings.default_payment_method === id) {
      world.update("customer", customer, { invoice_settings: { ...invoice_settings, default_payment_method: null } });
    }
  }
  for (const subscription of world.store.all("subscription")) {
    if (subscription.default_payment_method === id)
      world.update("subscription", subscription.id, { default_payment_method: null });
  }
  return world.update("payment_method", id, { customer: null }, "payment_method.detached");
}
