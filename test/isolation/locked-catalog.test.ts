import { expect, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import { AZORA } from "../../src/isolation/target.js";
import { verify } from "../../src/isolation/verify.js";
import { asOwner } from "../support/probing.js";
import { describeOnBothEngines } from "../support/world.js";

const WHOLE = { target: AZORA, azora: "0", baseline: [], probes: true, selfTest: true, source: null } as const;

describeOnBothEngines("reading a catalog that a migration works on", (world, kind) => {
  it.skipIf(kind === "embedded")(
    // Its one session has nobody to wait for.
    "waits a bounded time, says who is in the way, and lets nobody else wait",
    async () => {
      await world().owner.query(`CREATE VIEW tenant.titles WITH (security_invoker) AS SELECT title FROM tenant.documents;
        ALTER VIEW tenant.titles OWNER TO azora_owner`);
      const migration = await world().owner.connect();
      try {
        await migration.query("BEGIN; LOCK TABLE tenant.documents IN ACCESS EXCLUSIVE MODE");
        const { rows } = await migration.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        const start = performance.now();
        const failure = await asOwner(world(), (client) => verify({ client, ...WHOLE })).catch((error: unknown) => error);
        expect(performance.now() - start).toBeLessThan(10_000);
        expect(failure).toMatchObject({
          code: "UNDECIDED",
          exit: 1,
          message: expect.stringContaining(`tenant.documents by session ${rows[0]?.pid}`),
        });
        // Nothing of it is left in the migration's way, and nobody stands behind it.
        const waiting = await world().look("SELECT pid FROM pg_locks WHERE NOT granted");
        expect(waiting).toEqual([]);
      } finally {
        await migration.query("ROLLBACK");
        migration.release();
      }
      const { verdict } = await asOwner(world(), (client) => verify({ client, ...WHOLE, probes: false, selfTest: false }));
      expect(verdict).toBe("clean");
    },
  );

  // PGlite has no clock that could end a statement.
  it.skipIf(kind === "embedded")("gives up where one answer takes too long, and leaves the connection as it was", async () => {
    await asOwner(world(), async (client) => {
      const tight = readCatalog(client, { lockMs: 1_000, statementMs: 1 });
      await expect(tight).rejects.toMatchObject({ code: "UNDECIDED", message: expect.stringContaining("longer than 0.001 s") });
      const { rows } = await client.query(
        "SELECT current_setting('statement_timeout') AS limit, current_setting('search_path') AS path",
      );
      expect(rows).toEqual([{ limit: "0", path: expect.stringContaining("public") }]);
      expect((await readCatalog(client)).relations.length).toBeGreaterThan(10);
    });
  });
});
