import type Stripe from "stripe";
import { usageOf } from "../billing/usage.js";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { newId } from "../world/ids.js";
import { invalid } from "../world/stripe-fault.js";
import type { World } from "../world/world.js";

type Meter = Stripe.Billing.Meter;

export const meterRoutes = [
  route<Stripe.Billing.MeterCreateParams, Meter>(
    "POST /v1/billing/meters",
    "display_name event_name default_aggregation.formula customer_mapping.event_payload_key customer_mapping.type value_settings.event_payload_key",
    create,
  ),
  route("GET /v1/billing/meters", "limit starting_after ending_before status", list),
  route("GET /v1/billing/meters/{id}", "", ({ world, id }: Call<object>) => world.store.get("billing.meter", id)),
  route<Stripe.Billing.MeterUpdateParams, Meter>("POST /v1/billing/meters/{id}", "display_name", ({ world, id, params }) => {
    const before = world.store.get("billing.meter", id);
    return world.update("billing.meter", id, { display_name: params.display_name ?? before.display_name, updated: world.now() });
  }),
  route("POST /v1/billing/meters/{id}/deactivate", "", ({ world, id }: Call<object>) => setStatus(world, id, "inactive")),
  route("POST /v1/billing/meters/{id}/reactivate", "", ({ world, id }: Call<object>) => setStatus(world, id, "active")),
  route(
    "GET /v1/billing/meters/{id}/event_summaries",
    "limit starting_after ending_before customer start_time end_time",
    summaries,
  ),
];

function create({ world, params }: Call<Stripe.Billing.MeterCreateParams>): Meter {
  const taken = world.store
    .all("billing.meter")
    .find(({ event_name, status }) => event_name === params.event_name && status === "active");
  if (taken)
    throw invalid(`There is already an active meter for the event name ${params.event_name} (${taken.id}).`, {
      param: "event_name",
    });
  const meter: Meter = {
    id: newId("mtr"),
    object: "billing.meter",
    created: world.now(),
    customer_mapping: { event_payload_key: params.customer_mapping?.event_payload_key ?? "stripe_customer_id", type: "by_id" },
    default_aggregation: { formula: params.default_aggregation.formula },
    display_name: params.display_name,
    event_name: params.event_name,
    event_time_window: null,
    livemode: world.livemode,
    status: "active",
    status_transitions: { deactivated_at: null },
    updated: world.now(),
    value_settings: { event_payload_key: params.value_settings?.event_payload_key ?? "value" },
  };
  return world.create("billing.meter", meter, "billing.meter.created");
}

function list({ world, params }: Call<Stripe.Billing.MeterListParams>): Stripe.ApiList<Meter> {
  const wanted = world.store.all("billing.meter").filter(({ status }) => !params.status || status === params.status);
  return paginate(wanted, params, { url: "/v1/billing/meters", noun: "meter" });
}

function setStatus(world: World, id: string, status: "active" | "inactive"): Meter {
  const before = world.store.get("billing.meter", id);
  if (before.status === status) throw invalid(`The meter is already ${status}.`);
  const deactivated_at = status === "inactive" ? world.now() : null;
  const event = status === "inactive" ? "billing.meter.deactivated" : "billing.meter.reactivated";
  return world.update("billing.meter", id, { status, status_transitions: { deactivated_at }, updated: world.now() }, event);
}

function summaries({
  world,
  id,
  params,
}: Call<Stripe.Billing.MeterListEventSummariesParams>): Stripe.ApiList<Stripe.Billing.MeterEventSummary> {
  world.store.get("billing.meter", id);
  const { customer, start_time, end_time } = params;
  if (start_time % 60 !== 0 || end_time % 60 !== 0)
    throw invalid("start_time and end_time must align with minute boundaries.", { param: "start_time" });
  const aggregated_value = usageOf(world, { meter: id, customer, period: { start: start_time, end: end_time } });
  const summary: Stripe.Billing.MeterEventSummary = {
    id: newId("mtrusg"),
    object: "billing.meter_event_summary",
    aggregated_value,
    end_time,
    livemode: world.livemode,
    meter: id,
    start_time,
  };
  return paginate([summary], params, { url: `/v1/billing/meters/${id}/event_summaries`, noun: "meter_event_summary" });
}
