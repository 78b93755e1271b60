import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { checkChain } from "../../src/control-plane/check-chain.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { publicKeyOf, type SigningKey } from "../../src/signing.js";
import { fingerprint } from "../support/fingerprint.js";
import { ended, startPurge } from "../support/killed-purge.js";
import { plant } from "../support/sample.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

/**
 * Purges that end at random moments. AZORA_TEST_KILLS=200 makes a campaign of it; AZORA_TEST_SEED repeats one.
 * By its own numbers, so that a seed is the same moments everywhere.
 */
const SEED = Number(process.env.AZORA_TEST_SEED ?? Date.now() % 1_000_000);
const KILLS = { server: Number(process.env.AZORA_TEST_KILLS ?? 6), embedded: Number(process.env.AZORA_TEST_KILLS ?? 2) };

/** Numbers from 0 to 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function furnished(world: World): Promise<TestTenant> {
  const tenant = await world.newTenant();
  for (let set = 0; set < 5; set++) await plant(world, tenant.id, "CAMPAIGN");
  return tenant;
}

/** Nothing that a purge does is under way any more. */
async function settled(world: World): Promise<void> {
  if (world.kind === "embedded") return;
  const purging = () =>
    world.look(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'azora control' AND state <> 'idle' AND datname = current_database()",
    );
  await expect.poll(purging, { timeout: 30_000 }).toEqual([]);
}

/** Whole or gone, and every receipt true. @returns which of the two */
async function judge(world: World, { id }: TestTenant, before: Record<string, string>, when: string): Promise<"whole" | "gone"> {
  const [account] = await world.look("SELECT status FROM control.accounts WHERE id = $1", id);
  const rows = await fingerprint(world, id, true);
  const receipts = await world.look("SELECT signature FROM control.purge_receipts WHERE account_id = $1", id);
  const lines = await world.look(
    "SELECT FROM control.admin_audit_log WHERE account_id = $1 AND action = 'tenant.purge' AND outcome = 'done'",
    id,
  );
  expect(await world.look("SELECT FROM guard.purges UNION ALL SELECT FROM guard.purge_counts"), when).toEqual([]);
  const keys = [publicKeyOf(world.control.signingKey as SigningKey)];
  expect((await checkChain(world.control, { keys, others: [] })).problems, when).toEqual([]);
  if (account) {
    expect({ account, rows, receipts, lines }, when).toEqual({
      account: { status: "active" },
      rows: before,
      receipts: [],
      lines: [],
    });
    return "whole";
  }
  expect(
    Object.values(rows).every((hash) => hash === "0:"),
    when,
  ).toBe(true);
  expect({ receipts: receipts.length, lines: lines.length }, when).toEqual({ receipts: 1, lines: 1 });
  return "gone";
}

describeOnBothEngines("purges that end at random moments", (world, kind) => {
  /** The same again finishes what was left, and changes nothing of what was done. */
  async function finish(tenant: TestTenant, found: "whole" | "gone", when: string): Promise<void> {
    const { purged, receipt } = await purgeTenant(world().control, { tenant: tenant.slug, reason: "again", now: true });
    expect({ purged, slug: receipt.slug }, when).toEqual({ purged: found === "whole", slug: tenant.slug });
    expect(await judge(world(), tenant, {}, when)).toBe("gone");
  }

  it(`leave each tenant whole or gone when the process is killed, and the same command finishes (seed ${SEED})`, async () => {
    const next = random(SEED);
    const neighbour = await fingerprint(world(), world().b.id, true);
    let lasts = 600;
    for (let kill = 0; kill < KILLS[kind]; kill++) {
      const tenant = await furnished(world());
      const before = await fingerprint(world(), tenant.id, true);
      await world().pause();
      const child = startPurge(world(), tenant.slug, "(no statement)", "before");
      const end = ended(child);
      await new Promise((resolve) => child.stdout?.once("data", resolve));
      const startedAt = Date.now();
      const after = next() * lasts * 1.3;
      const killing = pause(after).then(() => child.kill("SIGKILL"));
      const { signal, output } = await end;
      // One that was quicker tells how long a purge takes here and now.
      if (signal === null) lasts = Math.max(50, Date.now() - startedAt);
      await killing;
      await world().as("vendor-admin");
      await settled(world());
      const when = `seed ${SEED}, kill ${kill} after ${after.toFixed(0)} ms: ${output}`;
      await finish(tenant, await judge(world(), tenant, before, when), when);
    }
    expect(await fingerprint(world(), world().b.id, true)).toEqual(neighbour);
  }, 3_600_000);

  it.skipIf(kind === "embedded")(
    // There is no connection to lose: the engine lives in the process.
    `leave each tenant whole or gone when the connection is cut (seed ${SEED})`,
    async () => {
      const next = random(SEED + 1);
      for (let cut = 0; cut < KILLS[kind]; cut++) {
        const tenant = await furnished(world());
        const before = await fingerprint(world(), tenant.id, true);
        const after = next() * 200;
        const purging = purgeTenant(world().control, { tenant: tenant.slug, reason: "cut", now: true }).then(
          () => undefined,
          (error: { code?: string }) => error.code,
        );
        await pause(after);
        await world().look(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'azora control' AND datname = current_database()",
        );
        const code = await purging;
        const when = `seed ${SEED}, cut ${cut} after ${after.toFixed(0)} ms: ${code}`;
        expect([undefined, "UNREACHABLE"], when).toContain(code);
        await settled(world());
        await finish(tenant, await judge(world(), tenant, before, when), when);
      }
    },
    3_600_000,
  );
});
