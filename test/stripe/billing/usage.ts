import type { World } from "../world/world.js";
import type { Period } from "./period.js";

export interface UsageQuery {
  readonly meter: string;
  readonly customer: string;
  readonly period: Period;
}

/** What a customer used of a meter in a period, added up as the meter says. */
export function usageOf(world: World, { meter: id, customer, period }: UsageQuery): number {
  const meter = world.store.find("billing.meter", id);
  if (!meter) return 0;
  const { event_payload_key: customerKey } = meter.customer_mapping;
  const { event_payload_key: valueKey } = meter.value_settings;
  const values = [...world.meterEvents.values()]
    .filter(
      ({ event_name, payload, timestamp }) =>
        event_name === meter.event_name &&
        payload[customerKey] === customer &&
        timestamp >= period.start &&
        timestamp < period.end,
    )
    .map(({ payload }) => Number(payload[valueKey] ?? 0));
  if (meter.default_aggregation.formula === "count") return values.length;
  if (meter.default_aggregation.formula === "last") return values.at(-1) ?? 0;
  return values.reduce((sum, value) => sum + value, 0);
}
