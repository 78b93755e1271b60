import type Stripe from "stripe";
import { type Call, route } from "../http/router.js";
import { newId } from "../world/ids.js";
import { invalid, missing } from "../world/stripe-fault.js";
import type { World } from "../world/world.js";

export const billingPortalRoutes = [
  route<Stripe.BillingPortal.SessionCreateParams, Stripe.BillingPortal.Session>(
    "POST /v1/billing_portal/sessions",
    "configuration customer locale return_url",
    create,
  ),
];

/** The default configuration, as saved in the dashboard. */
function defaultConfiguration(world: World): string {
  return `bpc_${world.accountId.slice("acct_".length)}`;
}

function create({ world, params }: Call<Stripe.BillingPortal.SessionCreateParams>): Stripe.BillingPortal.Session {
  if (params.customer === undefined)
    throw invalid("Missing required param: customer.", { code: "parameter_missing", param: "customer" });
  const customer = world.store.get("customer", params.customer, "customer");
  const { configuration = defaultConfiguration(world) } = params;
  if (configuration !== defaultConfiguration(world)) throw missing("configuration", configuration, "configuration");
  const session: Stripe.BillingPortal.Session = {
    id: newId("bps"),
    object: "billing_portal.session",
    configuration,
    created: world.now(customer),
    customer: customer.id,
    customer_account: null,
    flow: null,
    livemode: world.livemode,
    locale: params.locale ?? null,
    on_behalf_of: null,
    return_url: params.return_url ?? null,
    url: `https://billing.stripe.com/p/session/${world.livemode ? "live" : "test"}_${newId("").slice(1)}`,
  };
  return world.create("billing_portal.session", session, "billing_portal.session.created");
}
