import { expect, it } from "vitest";
import { fingerprint, tablesHolding } from "../support/fingerprint.js";
import { ended, startPurge } from "../support/killed-purge.js";
import { plant } from "../support/sample.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

/** Where the process that purges is killed, and what must be found afterwards. */
const POINTS = [
  { at: "before its transaction", statement: "BEGIN", moment: "before", left: "whole" },
  { at: "when one table is swept", statement: "sweep_table", moment: "after", left: "whole" },
  { at: "when all is deleted and nothing signed", statement: "close_purge", moment: "after", left: "whole" },
  { at: "when it is signed and not committed", statement: "sign_receipt", moment: "after", left: "whole" },
  { at: "as it is about to commit", statement: "COMMIT", moment: "before", left: "whole" },
  { at: "right after the commit", statement: "COMMIT", moment: "after", left: "gone" },
] as const;

async function furnished(world: World): Promise<TestTenant> {
  const tenant = await world.newTenant();
  await plant(world, tenant.id, "KILLED");
  return tenant;
}

/** The account's row, its records and its receipt; all there, or nothing but the receipt. */
async function stateOf(world: World, { id }: TestTenant) {
  const [account] = await world.look("SELECT status FROM control.accounts WHERE id = $1", id);
  const [receipt] = await world.look("SELECT signature FROM control.purge_receipts WHERE account_id = $1", id);
  return { account, receipt, rows: await fingerprint(world, id, true) };
}

describeOnBothEngines("a purge that is killed", (world, kind) => {
  it.each(POINTS)("$at leaves the tenant $left", async ({ statement, moment, left }) => {
    const { b } = world();
    const tenant = await furnished(world());
    const before = await stateOf(world(), tenant);
    const neighbour = await fingerprint(world(), b.id, true);
    await world().pause();

    const { signal, output } = await ended(startPurge(world(), tenant.slug, statement, moment));
    expect({ signal, output }).toEqual({ signal: "SIGKILL", output: "ready\n" });

    await world().as("vendor-admin");
    expect(await fingerprint(world(), b.id, true)).toEqual(neighbour);
    if (left === "whole") {
      // A server needs a moment to notice that its client is gone.
      await expect.poll(() => stateOf(world(), tenant)).toEqual(before);
      expect(await world().db(tenant).document.count()).toBe(2);
      expect(await world().look("SELECT 1 FROM guard.purges UNION ALL SELECT 1 FROM guard.purge_counts")).toEqual([]);
    } else {
      const { account, receipt, rows } = await stateOf(world(), tenant);
      expect(account).toBeUndefined();
      expect(receipt).toMatchObject({ signature: expect.stringMatching(/^[\w+/]{86}==$/) });
      expect(Object.values(rows).every((hash) => hash === "0:")).toBe(true);
      expect(await tablesHolding(world(), tenant.id)).toEqual(["control.admin_audit_log", "control.purge_receipts"]);
    }
  });

  it.skipIf(kind === "embedded")(
    // There the statement runs inside the process: killing it is the same as killing it after the statement.
    "in the middle of the deleting leaves the tenant whole",
    async () => {
      const tenant = await furnished(world());
      const before = await stateOf(world(), tenant);
      const blocker = await world().owner.connect();
      await blocker.query("BEGIN");
      await blocker.query("SELECT FROM tenant.corrective_actions WHERE account_id = $1 FOR UPDATE", [tenant.id]);
      const child = startPurge(world(), tenant.slug, "sign_receipt", "after");
      const end = ended(child);
      const waiting = () =>
        world().look("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()");
      await expect.poll(waiting, { timeout: 30_000 }).not.toEqual([]);
      child.kill("SIGKILL");
      expect(await end).toMatchObject({ signal: "SIGKILL" });
      await blocker.query("ROLLBACK");
      blocker.release();
      const purging = () =>
        world().look(
          "SELECT 1 FROM pg_stat_activity WHERE application_name = 'azora control' AND state <> 'idle' AND datname = current_database()",
        );
      await expect.poll(purging, { timeout: 30_000 }).toEqual([]);
      expect(await stateOf(world(), tenant)).toEqual(before);
    },
  );
});
