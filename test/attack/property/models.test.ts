import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Arena } from "./arena.js";
import { CAMPAIGN_MS, campaign, share } from "./campaign.js";

describe("random programs through the models (server)", () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open("server");
  });
  afterAll(() => arena?.close());

  it("give each tenant what it would get alone, and a true log", { timeout: CAMPAIGN_MS }, async () => {
    const weights = { read: 5, write: 6, sql: 1, hostile: 0 };
    const mixture = { tenants: 2, steps: 12, schedules: ["free", "lockstep"], weights, kills: true } as const;
    const { failure } = await campaign({ arena, mixture, operations: share(0.4) });
    expect(failure).toBeUndefined();
  });
});
