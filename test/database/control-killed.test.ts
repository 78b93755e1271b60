import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { campaign } from "../support/kills/campaign.js";
import { faults } from "../support/kills/judge.js";
import { openSite, type Site } from "../support/kills/site.js";

// A few at every run; `AZORA_KILLS=200 npx vitest run … test/database/control-killed.test.ts` for a campaign, and
// AZORA_KILL_SEED to see one again.
const KILLS = Number(process.env.AZORA_KILLS ?? 6);
const SEED = Number(process.env.AZORA_KILL_SEED ?? randomInt(2 ** 31));
const LONG = 60_000 + KILLS * 15_000;

describe.each(["server", "embedded"] as const)("commands that are killed at any moment (%s)", (kind) => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite(kind);
  });
  afterAll(() => site?.close());

  it(
    "leave every tenant whole or absent and no gap in a log, and the same command finishes the work",
    async () => {
      // A directory has to be opened for every look: a tenth of them is enough to see that it recovers.
      const kills = kind === "server" ? KILLS : Math.max(3, Math.round(KILLS / 10));
      const tally = await campaign(site, { kills, seed: SEED });
      process.stderr.write(`seed ${SEED}: ${JSON.stringify(tally)}\n`);
      expect(tally.kills).toBe(kills);
      // A campaign that never hit the work would prove nothing.
      if (kills >= 50) expect(Math.min(tally.before, tally.after)).toBeGreaterThan(0);
    },
    LONG,
  );

  it("and what they must not leave is seen when it is there", async () => {
    const look = <Row extends object>(sql: string) => site.look<Row>(sql);
    expect(await faults(look)).toEqual([]);
    await look("INSERT INTO control.accounts (slug, name, contact_email) VALUES ('half', 'Half', 'h@half.test')");
    expect(await faults(look)).toEqual([expect.stringContaining("half is half made")]);
    await look("ALTER TABLE control.accounts DISABLE TRIGGER audit");
    await look("UPDATE control.accounts SET name = 'Unlogged' WHERE slug = 'kill-base'");
    await look("ALTER TABLE control.accounts ENABLE ALWAYS TRIGGER audit");
    expect(await faults(look)).toContain("kill-base is not what the log says");
    await look("ALTER TABLE tenant.user_roles DISABLE TRIGGER USER");
    await look("DELETE FROM tenant.user_roles");
    expect((await faults(look)).filter((fault) => fault.startsWith("user_roles"))).not.toEqual([]);
  });
});
