import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { breakages } from "../breakages.js";
import { Arena } from "./arena.js";
import { CAMPAIGN_MS, campaign, share } from "./campaign.js";

// One session: tenants take turns, and no session can be ended without ending the database.
const mixture = {
  tenants: 2,
  steps: 10,
  schedules: ["turns", "lockstep"],
  weights: { read: 4, write: 4, sql: 3, hostile: 3 },
  kills: false,
} as const;

describe("random programs (embedded)", () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open("embedded");
  });
  afterAll(() => arena?.close());

  it("give each tenant what it would get alone, and a true log", { timeout: CAMPAIGN_MS }, async () => {
    const { failure } = await campaign({ arena, mixture, operations: share(0.03) });
    expect(failure).toBeUndefined();
  });

  it("find policies that are true", { timeout: CAMPAIGN_MS }, async () => {
    await breakages["policies that are true"](arena.world);
    const { failure } = await campaign({ arena, mixture, operations: 1000, shrink: false });
    expect(failure).toBeDefined();
  });
});
