import { randomUUID } from "node:crypto";
import type Stripe from "stripe";
import { type Call, route } from "../http/router.js";
import { invalid } from "../world/stripe-fault.js";

const DAY = 86_400;

export const meterEventRoutes = [
  route<Stripe.Billing.MeterEventCreateParams, Stripe.Billing.MeterEvent>(
    "POST /v1/billing/meter_events",
    "event_name identifier payload.* timestamp",
    create,
  ),
];

/**
 * Takes what was used. Stripe finds some mistakes only later and tells of them by an event;
 * here they are refused at once, so that no test passes with usage that was never counted.
 */
function create({ world, params }: Call<Stripe.Billing.MeterEventCreateParams>): Stripe.Billing.MeterEvent {
  const { event_name, identifier = randomUUID(), payload } = params;
  const meter = world.store.all("billing.meter").find((each) => each.event_name === event_name && each.status === "active");
  if (!meter) throw invalid(`No active meter found for event name ${event_name}.`, { param: "event_name" });
  const customerId = payload[meter.customer_mapping.event_payload_key];
  const customer = customerId === undefined ? undefined : world.store.find("customer", customerId);
  if (!customer)
    throw invalid(`No customer found for the payload's ${meter.customer_mapping.event_payload_key}.`, { param: "payload" });
  const value = payload[meter.value_settings.event_payload_key];
  if (meter.default_aggregation.formula !== "count" && !/^-?\d+(\.\d+)?$/.test(value ?? "")) {
    throw invalid(`The payload's ${meter.value_settings.event_payload_key} must be a number.`, { param: "payload" });
  }
  const now = world.now(customer);
  const timestamp = typeof params.timestamp === "number" ? params.timestamp : now;
  if (timestamp < now - 35 * DAY)
    throw invalid("The timestamp must be within the past 35 calendar days.", { param: "timestamp" });
  if (timestamp > now + 300)
    throw invalid("The timestamp must not be more than 5 minutes in the future.", { param: "timestamp" });
  const known = world.meterEvents.get(identifier);
  if (known && now - known.received < DAY)
    throw invalid(`An event already exists with identifier ${identifier}.`, { param: "identifier" });
  const event: Stripe.Billing.MeterEvent = {
    object: "billing.meter_event",
    created: now,
    event_name,
    identifier,
    livemode: world.livemode,
    payload,
    timestamp,
  };
  // One whose day is over must not be lost from the sum when its identifier comes again.
  if (known) world.meterEvents.set(`${identifier} until ${known.received}`, known);
  world.meterEvents.set(identifier, { ...event, received: now });
  return event;
}
