import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVENT_TYPES, subscriptionOf } from "../../src/billing/events/event-types.js";
import { handleEvent } from "../../src/billing/events/handle-event.js";
import { readStripeEvent, type StripeEvent } from "../../src/billing/events/stripe-event.js";
import { stateOf } from "../../src/billing/subscription-state.js";
import type { ReceiverOptions } from "../../src/billing/webhook/receiver.js";
import { describeOnBothEngines, World } from "../support/world.js";
import { Billed, fresh } from "./billed.js";
import { campaign, type Intake, OURS } from "./event-campaign.js";

/**
 * Events that come twice, in any order, late, not at all, or from a forger: at random, as a seed says.
 * AZORA_EVENT_ROUNDS makes it longer, AZORA_EVENT_SEED begins elsewhere.
 */
const ROUNDS = Number(process.env.AZORA_EVENT_ROUNDS ?? 60);
const SEED = Number(process.env.AZORA_EVENT_SEED ?? 1);

const open = (world: World) => Billed.open(world, [fresh(), fresh(), fresh()]);

describeOnBothEngines("after a random campaign", (world) => {
  let billed: Billed;
  beforeAll(async () => {
    billed = await open(world());
  });
  afterAll(() => billed?.close());

  it(
    `nothing differs (seed ${SEED}, ${ROUNDS} rounds)`,
    async () => {
      expect(await campaign(billed, { seed: SEED, rounds: ROUNDS })).toEqual([]);
      const [handled] = await world().look<{ count: number }>("SELECT count(*)::integer AS count FROM control.stripe_events");
      expect(handled?.count).toBeGreaterThan(ROUNDS / 4);
    },
    Math.max(120_000, ROUNDS * 4000),
  );
});

describe("the campaign goes red", () => {
  it.each<[string, Partial<Intake>]>([
    ["by a handler that trusts what an event says", { handle: believe, pull: believeAll }],
    ["by a receiver that believes everybody", { listen: listenToAll }],
    ["by a cursor that is moved before the work is done", { pull: moveFirst }],
  ])(
    "%s",
    async (_what, mistake) => {
      const world = await World.open("server");
      const billed = await open(world);
      try {
        const found: string[] = [];
        for (let seed = SEED; found.length === 0 && seed < SEED + 10; seed += 1) {
          found.push(...(await campaign(billed, { seed, rounds: 40, intake: { ...OURS, ...mistake } })));
        }
        expect(found).not.toEqual([]);
        // Without the mistake all is well again: what was lost is still at Stripe.
        await world.look("TRUNCATE control.stripe_events, control.stripe_event_cursor");
        expect(await campaign(billed, { seed: SEED, rounds: 0 })).toEqual([]);
      } finally {
        await billed.close();
        await world.close();
      }
    },
    240_000,
  );
});

/** Takes the state that comes with an event for the state. */
async function believe(billed: Billed, event: StripeEvent): Promise<void> {
  const state = event.type.startsWith("customer.subscription.")
    ? stateOf(event.data.object as Parameters<typeof stateOf>[0])
    : undefined;
  if (!state) return;
  await handleEvent(billed.billing(), event, {
    ask: async () => ({ state, seenAt: new Date().toISOString() }),
  });
}

async function believeAll(billed: Billed): Promise<void> {
  const { data } = await billed.api.events.list({ types: [...EVENT_TYPES], limit: 100 });
  for (const event of data.toReversed()) await believe(billed, event);
}

/** Looks at no signature. */
async function listenToAll({ handle }: ReceiverOptions) {
  const server = createServer(async (request, response) => {
    const event = readStripeEvent(await text(request));
    const status = event
      ? await handle(event).then(
          () => 200,
          () => 500,
        )
      : 400;
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

/** Writes down how far it has come, and then sets out. */
async function moveFirst(billed: Billed): Promise<void> {
  const { world, api } = billed;
  const [place] = await world.look<{ id: string | null }>("SELECT max(event_id) AS id FROM control.stripe_event_cursor");
  const { data } = await api.events.list({ types: [...EVENT_TYPES], limit: 100, ...(place?.id && { ending_before: place.id }) });
  const newest = data[0]?.id;
  if (newest === undefined) return;
  await world.look(
    `INSERT INTO control.stripe_event_cursor (event_id, read_at) VALUES ($1, now()) ON CONFLICT ("only") DO UPDATE SET event_id = $1`,
    newest,
  );
  for (const event of data.toReversed()) if (subscriptionOf(event) !== undefined) await handleEvent(billed.billing(), event);
}
