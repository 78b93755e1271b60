import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Arena } from "./arena.js";
import { CAMPAIGN_MS, campaign, share } from "./campaign.js";

describe("random programs in hostile SQL (server)", () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open("server");
  });
  afterAll(() => arena?.close());

  it("give each of three tenants what it would get alone, and a true log", { timeout: CAMPAIGN_MS }, async () => {
    const weights = { read: 2, write: 2, sql: 5, hostile: 6 };
    const mixture = { tenants: 3, steps: 12, schedules: ["free", "lockstep"], weights, kills: true } as const;
    const { failure } = await campaign({ arena, mixture, operations: share(0.38) });
    expect(failure).toBeUndefined();
  });
});
