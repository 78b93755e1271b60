import { describe, expect, it } from "vitest";
import { type Breakage, breakages } from "../breakages.js";
import { Arena } from "./arena.js";
import { CAMPAIGN_MS, campaign } from "./campaign.js";
import { ownBreakages } from "./own-breakages.js";

/** Random programs must find each of them within so many operations. */
const BOUND = 10_000;

const known: Breakage[] = [
  "policies that are true",
  "row security switched off",
  "a policy that opens without a context",
  "an accounts policy that is true",
  "keys that span accounts",
  "TRUNCATE granted and not refused",
  "foreign keys of one column",
  "a signature that is never wrong",
  "an expiry that never comes",
  "a suspension that nobody asks for",
  "a read-only suspension that lets write",
  "writes without a context",
  "a runtime login with BYPASSRLS",
  "connections that are shared unwiped",
];

const everything = {
  tenants: 2,
  steps: 10,
  schedules: ["free", "lockstep"],
  weights: { read: 4, write: 4, sql: 4, hostile: 5 },
  kills: false,
} as const;

describe("random programs find (server)", () => {
  const all = { ...Object.fromEntries(known.map((name) => [name, breakages[name]])), ...ownBreakages };
  for (const [name, breakIt] of Object.entries(all)) {
    // Apart, or the unique key that such a foreign key needs would be found in its place.
    const mixture = name === "foreign keys of one column" ? ({ ...everything, ids: ["apart"] } as const) : everything;
    it(name, { timeout: CAMPAIGN_MS }, async () => {
      const arena = await Arena.open("server", breakIt);
      try {
        const { failure } = await campaign({ arena, mixture, operations: BOUND, shrink: false });
        expect(failure).toBeDefined();
      } finally {
        await arena.close();
      }
    });
  }
});
