import type Stripe from "stripe";
import { runDue } from "../billing/due.js";
import { intervalsAfter } from "../billing/period.js";
import { paginate } from "../http/list.js";
import { type Call, route } from "../http/router.js";
import { newId } from "../world/ids.js";
import { invalid } from "../world/stripe-fault.js";
import type { World } from "../world/world.js";
import { deleteCustomer } from "./customers.js";

type TestClock = Stripe.TestHelpers.TestClock;

export const testClockRoutes = [
  route<Stripe.TestHelpers.TestClockCreateParams, TestClock>("POST /v1/test_helpers/test_clocks", "frozen_time name", create),
  route(
    "GET /v1/test_helpers/test_clocks",
    "limit starting_after ending_before",
    ({ world, params }: Call<Stripe.TestHelpers.TestClockListParams>) =>
      paginate(world.store.all("test_helpers.test_clock"), params, { url: "/v1/test_helpers/test_clocks", noun: "test clock" }),
  ),
  route("GET /v1/test_helpers/test_clocks/{id}", "", ({ world, id }: Call<object>) =>
    world.store.get("test_helpers.test_clock", id),
  ),
  route<Stripe.TestHelpers.TestClockAdvanceParams, TestClock>(
    "POST /v1/test_helpers/test_clocks/{id}/advance",
    "frozen_time",
    advance,
  ),
  route("DELETE /v1/test_helpers/test_clocks/{id}", "", del),
];

function create({ world, params }: Call<Stripe.TestHelpers.TestClockCreateParams>): TestClock {
  if (world.livemode) throw invalid("Test clocks can only be used in test mode.");
  const now = world.now();
  const clock: TestClock = {
    id: newId("clock"),
    object: "test_helpers.test_clock",
    created: now,
    deletes_after: now + 30 * 86_400,
    frozen_time: params.frozen_time,
    livemode: false,
    name: params.name ?? null,
    status: "ready",
    status_details: {},
  };
  return world.create("test_helpers.test_clock", clock, "test_helpers.test_clock.created");
}

/** Answers `advancing`, as Stripe does; whoever asks again finds it `ready`, with all done that came due. */
function advance({ world, id, params }: Call<Stripe.TestHelpers.TestClockAdvanceParams>): TestClock {
  const before = world.store.get("test_helpers.test_clock", id);
  const { frozen_time: target } = params;
  if (target <= before.frozen_time) {
    throw invalid(`Test clock can only be advanced to a time after its current frozen time (${before.frozen_time}).`, {
      param: "frozen_time",
    });
  }
  checkReach(world, before, target);
  const details = { advancing: { target_frozen_time: target } };
  const advancing = world.update(
    "test_helpers.test_clock",
    id,
    { status: "advancing", status_details: details },
    "test_helpers.test_clock.advancing",
  );
  runDue(world, { clock: id, until: target });
  world.update(
    "test_helpers.test_clock",
    id,
    { status: "ready", frozen_time: target, status_details: {} },
    "test_helpers.test_clock.ready",
  );
  return advancing;
}

/** Stripe goes no further at once than two periods of the shortest subscription. */
function checkReach(world: World, { id, frozen_time: from }: TestClock, target: number): void {
  for (const { items, test_clock, status } of world.store.all("subscription")) {
    const recurring = items.data[0]?.price.recurring;
    if (test_clock !== id || status === "canceled" || !recurring) continue;
    const furthest = intervalsAfter(from, recurring, 2);
    if (target > furthest) {
      throw invalid(
        `You cannot advance a test clock more than two intervals of its shortest subscription at a time; the furthest is ${furthest}.`,
        {
          param: "frozen_time",
        },
      );
    }
  }
}

/** A clock takes its customers with it, and what they had. */
function del({ world, id }: Call<object>): Stripe.TestHelpers.DeletedTestClock {
  world.store.get("test_helpers.test_clock", id);
  for (const customer of world.store.all("customer")) {
    if (customer.test_clock === id) deleteCustomer(world, customer.id);
  }
  world.remove("test_helpers.test_clock", id);
  return { id, object: "test_helpers.test_clock", deleted: true };
}
