import type Stripe from "stripe";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { missing } from "../world/stripe-fault.js";

export const eventRoutes = [
  route("GET /v1/events", "limit starting_after ending_before created created.* type types", list),
  route("GET /v1/events/{id}", "", ({ world, id }: Call<object>) => {
    const event = world.events.listed().find((each) => each.id === id);
    if (!event) throw missing("event", id);
    return event;
  }),
];

function list({ world, params }: Call<Stripe.EventListParams>): Stripe.ApiList<Stripe.Event> {
  const { type, types } = params;
  const fits = (name: string, wanted: string) => (wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted);
  const wanted = world.events
    .listed()
    .filter((event) => (!type || fits(event.type, type)) && (!types || types.includes(event.type)));
  return paginate(wanted, params, { url: "/v1/events", noun: "event" });
}
