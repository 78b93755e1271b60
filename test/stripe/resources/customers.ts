import type Stripe from "stripe";
import { cancelSubscription } from "../billing/cancel.js";
import { paginate, sublist } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { newId } from "../world/ids.js";
import { emptied, mergeMetadata } from "../world/metadata.js";
import { invalid, missing } from "../world/stripe-fault.js";
import { idOf, type World } from "../world/world.js";
import { attach } from "./payment-methods.js";

const FIELDS =
  "address.* balance description email invoice_prefix invoice_settings.default_payment_method metadata metadata.* name phone preferred_locales";

/** Stripe takes no more on one test clock. */
const CUSTOMERS_PER_CLOCK = 3;

export const customerRoutes = [
  route<Stripe.CustomerCreateParams, Stripe.Customer>("POST /v1/customers", `${FIELDS} payment_method test_clock`, create),
  route("GET /v1/customers", "limit starting_after ending_before email created created.* test_clock", list),
  route("GET /v1/customers/{id}", "", retrieve),
  route<Stripe.CustomerUpdateParams, Stripe.Customer>("POST /v1/customers/{id}", FIELDS, update),
  route("DELETE /v1/customers/{id}", "", del),
  route("GET /v1/customers/{id}/payment_methods", "limit starting_after ending_before type", listPaymentMethods),
  route("GET /v1/customers/{id}/payment_methods/{id}", "", retrievePaymentMethod),
];

/** `subscriptions` of a customer, when it is expanded: those that go on. */
export function subscriptionsOf(world: World, { id }: { readonly id: string }): Stripe.ApiList<Stripe.Subscription> {
  const going = world.store.all("subscription").filter(({ customer, status }) => idOf(customer) === id && status !== "canceled");
  return sublist(going.reverse(), `/v1/customers/${id}/subscriptions`, 10);
}

function create({ world, params }: Call<Stripe.CustomerCreateParams>): Stripe.Customer {
  const { test_clock, payment_method } = params;
  if (test_clock !== undefined) checkClock(world, test_clock);
  const customer: Stripe.Customer = {
    id: newId("cus"),
    object: "customer",
    address: null,
    balance: params.balance ?? 0,
    created: world.now({ test_clock: test_clock ?? null }),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: emptied(params.description, null),
    discount: null,
    email: emptied(params.email, null),
    invoice_prefix: params.invoice_prefix ?? newId("").slice(1, 9).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: world.livemode,
    metadata: mergeMetadata({}, params.metadata),
    name: emptied(params.name, null),
    next_invoice_sequence: 1,
    phone: emptied(params.phone, null),
    preferred_locales: params.preferred_locales ?? [],
    shipping: null,
    tax_exempt: "none",
    test_clock: test_clock ?? null,
  };
  world.create("customer", { ...customer, address: addressOf(params.address, null) }, "customer.created");
  const attached =
    payment_method === undefined ? undefined : attach(world, { paymentMethod: payment_method, customer: customer.id });
  const wanted = params.invoice_settings?.default_payment_method;
  // A test card is known by its name in this one request, by its copy's id from then on.
  return setDefault(world, customer.id, wanted === payment_method ? attached?.id : wanted);
}

function checkClock(world: World, clock: string): void {
  world.store.get("test_helpers.test_clock", clock, "test_clock");
  const taken = world.store.all("customer").filter((customer) => customer.test_clock === clock).length;
  if (taken >= CUSTOMERS_PER_CLOCK) {
    throw invalid(`You can only have ${CUSTOMERS_PER_CLOCK} customers per test clock.`, { param: "test_clock" });
  }
}

function setDefault(world: World, id: string, method: string | undefined): Stripe.Customer {
  const customer = world.store.get("customer", id);
  if (method === undefined) return customer;
  const found = world.store.get("payment_method", method, "invoice_settings[default_payment_method]");
  if (found.customer !== id) {
    throw invalid(
      `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
      {
        code: "resource_missing",
        param: "invoice_settings[default_payment_method]",
      },
    );
  }
  return world.update("customer", id, { invoice_settings: { ...customer.invoice_settings, default_payment_method: method } });
}

function addressOf(
  given: Stripe.Emptyable<Stripe.AddressParam> | undefined,
  before: Stripe.Address | null,
): Stripe.Address | null {
  if (given === undefined) return before;
  if (given === "" || given === null) return null;
  return { city: null, country: null, line1: null, line2: null, postal_code: null, state: null, ...before, ...given };
}

function list({ world, params }: Call<Stripe.CustomerListParams>): Stripe.ApiList<Stripe.Customer> {
  const { email, test_clock } = params;
  // Customers of a test clock are listed with their clock only, as Stripe does.
  const wanted = world.store
    .all("customer")
    .filter(
      (customer) =>
        (test_clock ? customer.test_clock === test_clock : customer.test_clock === null) && (!email || customer.email === email),
    );
  return paginate(wanted, params, { url: "/v1/customers", noun: "customer" });
}

function retrieve({ world, id }: Call<object>): Stripe.Customer | Stripe.DeletedCustomer {
  return world.store.isDeleted("customer", id) ? { id, object: "customer", deleted: true } : world.store.get("customer", id);
}

function update({ world, id, params }: Call<Stripe.CustomerUpdateParams>): Stripe.Customer {
  const before = world.store.get("customer", id);
  setDefault(world, id, params.invoice_settings?.default_payment_method ?? undefined);
  return world.update("customer", id, {
    address: addressOf(params.address, before.address ?? null),
    balance: params.balance ?? before.balance,
    description: emptied(params.description, before.description),
    email: emptied(params.email, before.email),
    ...(params.invoice_prefix && { invoice_prefix: params.invoice_prefix }),
    metadata: mergeMetadata(before.metadata, params.metadata),
    name: emptied(params.name, before.name ?? null),
    phone: emptied(params.phone, before.phone ?? null),
    preferred_locales: params.preferred_locales ?? before.preferred_locales ?? [],
  });
}

/** Takes the customer with its subscriptions: they end now, unbilled; invoices stay. */
export function deleteCustomer(world: World, id: string): Stripe.DeletedCustomer {
  world.store.get("customer", id);
  for (const subscription of world.store.all("subscription")) {
    if (
      idOf(subscription.customer) === id &&
      subscription.status !== "canceled" &&
      subscription.status !== "incomplete_expired"
    ) {
      cancelSubscription(world, subscription.id, { reason: "cancellation_requested" });
    }
  }
  for (const method of world.store.all("payment_method")) {
    if (method.customer === id) world.update("payment_method", method.id, { customer: null }, "payment_method.detached");
  }
  world.remove("customer", id);
  return { id, object: "customer", deleted: true };
}

function del({ world, id }: Call<object>): Stripe.DeletedCustomer {
  return deleteCustomer(world, id);
}

function listPaymentMethods({
  world,
  id,
  params,
}: Call<Stripe.CustomerListPaymentMethodsParams>): Stripe.ApiList<Stripe.PaymentMethod> {
  world.store.get("customer", id);
  const methods = world.store
    .all("payment_method")
    .filter((method) => method.customer === id && (!params.type || method.type === params.type));
  return paginate(methods, params, { url: `/v1/customers/${id}/payment_methods`, noun: "PaymentMethod" });
}

function retrievePaymentMethod({ world, id, innerId }: Call<object>): Stripe.PaymentMethod {
  world.store.get("customer", id);
  const method = world.store.get("payment_method", innerId);
  if (method.customer !== id) throw missing("PaymentMethod", innerId);
  return method;
}
