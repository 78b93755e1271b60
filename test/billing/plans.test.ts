import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { archivePlan, type BilledPlan, findPlan, lookupKeyOf, pushPlan } from "../../src/billing/plans.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { clientOf } from "./stripe.js";

/** Plans at Stripe: pushed, found again by lookup key, and whole again after whatever went wrong in between. */

const TEAM: BilledPlan = { code: "team", name: "Team", amount: 2900, currency: "usd", interval: "month" };

let running: RunningStripe;
beforeEach(async () => {
  running = await startStripe();
});
afterEach(async () => {
  expect(running.control.violations()).toEqual([]);
  await running.close();
});

/** What Stripe has of the plan, past azora's own eyes. */
async function atStripe() {
  const headers = { Authorization: `Bearer ${running.key}` };
  const get = async (path: string) =>
    ((await (await fetch(`${running.url}${path}`, { headers })).json()) as { data: Record<string, unknown>[] }).data;
  const prices = await get("/v1/prices?limit=100");
  const products = await get("/v1/products?limit=100");
  return { products, prices, forSale: prices.filter(({ active }) => active) };
}

it("is pushed once, found by its lookup key, and left alone the second time", async () => {
  expect(await findPlan(clientOf(running), "team")).toBeUndefined();
  const first = await pushPlan(clientOf(running), TEAM);
  expect(first.changed).toBe(true);
  expect(await findPlan(clientOf(running), "team")).toEqual(first.plan);
  const writes = () => running.control.requests().filter(({ method }) => method === "POST").length;
  const before = writes();
  expect(await pushPlan(clientOf(running), TEAM)).toEqual({ plan: first.plan, changed: false });
  expect(writes()).toBe(before);
  expect(await atStripe()).toMatchObject({
    products: [{ id: "azora_plan_team", name: "Team" }],
    prices: [{ lookup_key: lookupKeyOf("team"), unit_amount: 2900 }],
  });
});

it("gets another price for another amount, also back to one of this morning", async () => {
  const first = await pushPlan(clientOf(running), TEAM);
  const dearer = await pushPlan(clientOf(running), { ...TEAM, amount: 3900, name: "Team+" });
  const back = await pushPlan(clientOf(running), TEAM);
  expect(new Set([first, dearer, back].map(({ plan }) => plan.priceId)).size).toBe(3);
  const { prices, forSale, products } = await atStripe();
  expect(forSale).toMatchObject([{ id: back.plan.priceId, unit_amount: 2900, lookup_key: lookupKeyOf("team") }]);
  expect(prices).toHaveLength(3);
  expect(products).toMatchObject([{ name: "Team" }]);
});

it("is taken out of sale and comes back as it was", async () => {
  const { plan } = await pushPlan(clientOf(running), TEAM);
  expect(await archivePlan(clientOf(running), "team")).toBe(true);
  expect(await archivePlan(clientOf(running), "team")).toBe(false);
  expect(await archivePlan(clientOf(running), "nothing")).toBe(false);
  expect(await findPlan(clientOf(running), "team")).toMatchObject({ active: false });
  expect(await atStripe()).toMatchObject({ forSale: [], products: [{ active: false }] });
  expect(await pushPlan(clientOf(running), TEAM)).toEqual({ plan, changed: true });
  expect((await atStripe()).forSale).toMatchObject([{ id: plan.priceId }]);
});

describe("cut off", () => {
  // Each request in turn gets no answer, with its work done or not, until the process is gone; then a new one runs.
  const cases = (["drop", "drop_after", "error"] as const).flatMap((kind) => [0, 1, 2, 3, 4, 5].map((skip) => ({ kind, skip })));

  it.each(cases)("by $kind at request $skip, is whole after the next run", async ({ kind, skip }) => {
    await pushPlan(clientOf(running), TEAM);
    const dearer = { ...TEAM, amount: 3900, name: "Team+" };
    running.control.fault({ kind, skip, times: 100 });
    await pushPlan(clientOf(running), dearer).catch(() => undefined);
    running.control.clearFaults();
    const { plan } = await pushPlan(clientOf(running), dearer);
    const { prices, forSale, products } = await atStripe();
    expect(forSale).toMatchObject([{ id: plan.priceId, unit_amount: 3900, lookup_key: lookupKeyOf("team") }]);
    expect(prices).toHaveLength(2);
    expect(products).toMatchObject([{ name: "Team+", active: true }]);
  });

  it("really is cut off in all of these places", async () => {
    await pushPlan(clientOf(running), TEAM);
    const start = running.control.requests().length;
    await pushPlan(clientOf(running), { ...TEAM, amount: 3900, name: "Team+" });
    expect(running.control.requests().length - start).toBe(6);
  });

  it("two at once make one product and one price", async () => {
    const [one, other] = await Promise.all([pushPlan(clientOf(running), TEAM), pushPlan(clientOf(running), TEAM)]);
    expect(one.plan.priceId).toBe(other.plan.priceId);
    expect((await atStripe()).prices).toHaveLength(1);
  });
});
