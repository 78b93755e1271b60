import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Arena } from "./arena.js";
import { CAMPAIGN_MS, campaign, share } from "./campaign.js";
import { judgeInStorm } from "./judge.js";
import { ownBreakages } from "./own-breakages.js";

const mixture = {
  tenants: 3,
  steps: 12,
  schedules: ["free", "lockstep"],
  weights: { read: 4, write: 4, sql: 2, hostile: 2 },
  kills: true,
} as const;

describe("random programs while sessions die (server)", () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open("server");
  });
  afterAll(() => arena?.close());

  it("show nobody what is another's, and log what holds", { timeout: CAMPAIGN_MS }, async () => {
    const { failure } = await campaign({ arena, mixture, operations: share(0.04), by: judgeInStorm });
    expect(failure).toBeUndefined();
  });
});

describe("random programs while sessions die find (server)", () => {
  for (const name of [
    "a second policy beside the first",
    "a context that is set for the session",
    "a log that forgets what changed",
  ] as const) {
    it(name, { timeout: CAMPAIGN_MS }, async () => {
      const arena = await Arena.open("server", ownBreakages[name]);
      try {
        const { failure } = await campaign({ arena, mixture, operations: 4000, shrink: false, by: judgeInStorm });
        expect(failure).toBeDefined();
      } finally {
        await arena.close();
      }
    });
  }
});
