import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import { runProbes } from "../../src/isolation/probes/run-probes.js";
import { LIMITS } from "../../src/isolation/probes/stage/session.js";
import { AZORA } from "../../src/isolation/target.js";
import { fingerprint } from "../support/fingerprint.js";
import { ended } from "../support/killed-purge.js";
import { asOwner, faults, probe } from "../support/probing.js";
import { urlOf } from "../support/server-template.js";
import { describeOnBothEngines, type World } from "../support/world.js";

/** Where the process dies: with a stage set, in the purge, and with something broken on purpose. */
const DEATHS = [
  { at: "in the middle of the probes", statement: "TRUNCATE tenant.documents", selfTest: false },
  { at: "after its purge", statement: "row_security_active('tenant.audit_log'::regclass)", selfTest: false },
  { at: "with row security broken", statement: "WITH CHECK (true)", selfTest: true },
] as const;

async function stateOf(world: World) {
  return {
    a: await fingerprint(world, world.a.id, true),
    b: await fingerprint(world, world.b.id, true),
    rest: await world.look(`SELECT (SELECT count(*) FROM control.accounts) AS accounts, (SELECT count(*) FROM guard.context_keys) AS keys,
      (SELECT count(*) FROM control.admin_audit_log) AS lines, (SELECT count(*) FROM pg_policy) AS policies,
      (SELECT bool_and(relrowsecurity) FROM pg_class WHERE relnamespace = 'tenant'::regnamespace AND relkind = 'r') AS secured,
      (SELECT bool_and(tgenabled = 'A') FROM pg_trigger WHERE NOT tgisinternal) AS triggers`),
  };
}

describeOnBothEngines("probing a database that is in use", (world, kind) => {
  it.each(DEATHS)("leaves it as it was when the process is killed $at", async ({ statement, selfTest }) => {
    const { prepared, place } = world();
    const before = await stateOf(world());
    await world().pause();
    const order = { kind, place, ownerUrl: urlOf(prepared.serverUrl, place.replaceAll("/", "")), selfTest, statement };
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const child = spawn(
      process.execPath,
      ["--import", tsx, fileURLToPath(new URL("../support/probe-child.ts", import.meta.url))],
      {
        env: { ...process.env, AZORA_TEST_PROBE: JSON.stringify(order) },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    expect(await ended(child)).toMatchObject({ signal: "SIGKILL", output: "ready\n" });
    await world().as("vendor-admin");
    // A server needs a moment to notice that its client is gone.
    await expect.poll(() => stateOf(world()), { timeout: 20_000 }).toEqual(before);
  });

  it.skipIf(kind === "embedded")(
    // Its one session can't wait for another.
    "waits no longer for a locked table than it may, and says what could not be shown",
    async () => {
      const catalog = await asOwner(world(), readCatalog);
      const blocker = await world().owner.connect();
      try {
        await blocker.query("BEGIN; LOCK TABLE tenant.batches IN ACCESS EXCLUSIVE MODE");
        const start = performance.now();
        const { probes, unclear } = await asOwner(world(), (client) =>
          runProbes({ client, catalog, target: AZORA, limits: { ...LIMITS, lockMs: 100 } }),
        );
        expect(performance.now() - start).toBeLessThan(30_000);
        expect(unclear.some((line) => line.includes("tenant.batches") && line.includes("55P03"))).toBe(true);
        expect(faults(probes).filter((line) => line.includes(": broken"))).toEqual([]);
      } finally {
        await blocker.query("ROLLBACK");
        blocker.release();
      }
    },
  );

  it.skipIf(kind === "embedded")(
    // There is nobody to listen or to be blocked in another session.
    "sends no notification and holds no lock that another's work waits for",
    async () => {
      await world().owner.query(`
        CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('probe_watch', TG_OP); RETURN NULL; END $$;
        CREATE TRIGGER tell AFTER INSERT ON tenant.documents EXECUTE FUNCTION public.tell()`);
      const heard: unknown[] = [];
      const other = await world().owner.connect();
      let done = false;
      const running = probe(world(), AZORA).finally(() => {
        done = true;
      });
      try {
        other.on("notification", (message) => heard.push(message));
        await other.query("LISTEN probe_watch");
        let worked = 0;
        // The tenants' own work goes on meanwhile, none of it waiting long.
        while (!done) {
          await other.query("BEGIN; SET LOCAL lock_timeout = '1s'");
          await other.query("UPDATE tenant.documents SET title = title WHERE account_id = $1", [world().a.id]);
          await other.query("ROLLBACK");
          worked++;
        }
        expect(worked).toBeGreaterThan(5);
        await other.query("SELECT 1");
        expect(heard).toEqual([]);
      } finally {
        other.release(true);
        expect(faults((await running).probes)).toEqual([]);
      }
    },
  );
});
