import { beforeAll, describe, expect, it } from "vitest";
import { previewPurge } from "../../src/control-plane/preview-purge.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { accountTables, countRows, fingerprint } from "../support/fingerprint.js";
import { plant } from "../support/sample.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

/** Tables of every kind that an application may have, in a schema of its own and with an account column of its own. */
const TABLES = `
  CREATE SCHEMA crm;
  GRANT USAGE, CREATE ON SCHEMA crm TO azora_owner;
  -- It refers to itself.
  CREATE TABLE crm.folders (org_id uuid NOT NULL, id int NOT NULL, parent_id int, PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, parent_id) REFERENCES crm.folders (org_id, id));
  -- They refer to each other.
  CREATE TABLE crm.teams (org_id uuid NOT NULL, id int NOT NULL, lead_id int, PRIMARY KEY (org_id, id));
  CREATE TABLE crm.people (org_id uuid NOT NULL, id int NOT NULL, team_id int, PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, team_id) REFERENCES crm.teams (org_id, id));
  ALTER TABLE crm.teams ADD FOREIGN KEY (org_id, lead_id) REFERENCES crm.people (org_id, id);
  -- In partitions.
  CREATE TABLE crm.events (org_id uuid NOT NULL, id int NOT NULL, PRIMARY KEY (org_id, id)) PARTITION BY RANGE (id);
  CREATE TABLE crm.events_low PARTITION OF crm.events FOR VALUES FROM (0) TO (100);
  CREATE TABLE crm.events_high PARTITION OF crm.events DEFAULT;
  -- With a trigger of the application's own, which has to run.
  CREATE TABLE crm.files (org_id uuid NOT NULL, id int NOT NULL, PRIMARY KEY (org_id, id));
  CREATE TABLE crm.files_to_unlink (id int);
  GRANT INSERT ON crm.files_to_unlink TO PUBLIC;
  CREATE FUNCTION crm.unlink() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO crm.files_to_unlink VALUES (OLD.id); RETURN NULL; END';
  CREATE TRIGGER unlink AFTER DELETE ON crm.files FOR EACH ROW EXECUTE FUNCTION crm.unlink();
  -- Referred to from outside.
  CREATE TABLE crm.deals (org_id uuid NOT NULL, id int NOT NULL, PRIMARY KEY (org_id, id));
  CREATE TABLE crm.forecast (deal_org uuid, deal_id int, amount int,
    FOREIGN KEY (deal_org, deal_id) REFERENCES crm.deals (org_id, id) ON DELETE SET NULL);
  SELECT guard.protect(('crm.' || name)::regclass, account_column => 'org_id')
  FROM unnest('{folders,teams,people,events,files,deals}'::text[]) name;`;

const SWEPT = ["crm.events", "crm.folders", "crm.people", "crm.teams"];

async function furnish(world: World, { id }: TestTenant): Promise<void> {
  await plant(world, id, "SWEEP");
  await world.look(`
    INSERT INTO crm.folders SELECT '${id}', n, NULLIF(n - 1, 0) FROM generate_series(1, 50) n;
    INSERT INTO crm.teams SELECT '${id}', n FROM generate_series(1, 5) n;
    INSERT INTO crm.people SELECT '${id}', n, 1 + n % 5 FROM generate_series(1, 20) n;
    UPDATE crm.teams SET lead_id = id WHERE org_id = '${id}';
    INSERT INTO crm.events SELECT '${id}', n * 10 FROM generate_series(1, 30) n;
    INSERT INTO crm.files SELECT '${id}', n FROM generate_series(1, 3) n;
    INSERT INTO crm.deals SELECT '${id}', n FROM generate_series(1, 4) n;
    INSERT INTO crm.forecast SELECT '${id}', n, 100 FROM generate_series(1, 4) n;`);
}

describeOnBothEngines("a purge's sweep", (world, kind) => {
  let tenant: TestTenant;
  const purge = (slug: string, told: string[] = []) =>
    purgeTenant(world().control, { tenant: slug, reason: "swept", now: true, onTable: (table) => told.push(table) });
  /** The rows of a partition are counted with its table. */
  const countWhole = async ({ id }: TestTenant) =>
    Object.fromEntries(Object.entries(await countRows(world(), id)).filter(([table]) => !/events_/.test(table)));
  const furnished = async () => {
    const made = await world().newTenant();
    await furnish(world(), made);
    return made;
  };
  beforeAll(async () => {
    await world().look(TABLES);
    await furnish(world(), world().a);
    tenant = await furnished();
  });

  it("takes cycles, self-references and partitions, leaves triggers and outside references to the cascade, and counts all", async () => {
    const before = await countWhole(tenant);
    const neighbour = await fingerprint(world(), world().a.id, true);
    const told: string[] = [];
    const { receipt } = await purge(tenant.slug, told);
    expect(told).toEqual(expect.arrayContaining([...SWEPT, "tenant.audit_log", "tenant.documents"]));
    for (const table of ["crm.files", "crm.deals"]) expect(told).not.toContain(table);
    expect(receipt.counts).toEqual(before);
    expect(receipt.counts).toMatchObject({
      "crm.folders": 50,
      "crm.people": 20,
      "crm.events": 30,
      "crm.files": 3,
      "crm.deals": 4,
    });
    expect(await fingerprint(world(), world().a.id, true)).toEqual(neighbour);
    // What the application's own trigger and its own foreign key do, they did.
    expect(await world().look("SELECT id FROM crm.files_to_unlink ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(await world().look("SELECT count(*)::int AS n FROM crm.forecast WHERE deal_org IS NULL AND amount = 100")).toEqual([
      { n: 4 },
    ]);
    expect(await world().look("SELECT count(*)::int AS n FROM crm.forecast WHERE deal_org = $1", world().a.id)).toEqual([
      { n: 4 },
    ]);
  });

  it("silences nothing beyond its own statement, not even in its transaction", async () => {
    const { id } = await furnished();
    const client = await (await world().engine.pool("control")).connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT control.open_purge($1, 'x', true)", [id]);
      await client.query("SELECT control.sweep_table($1, 'tenant.documents')", [id]);
      expect((await client.query("SHOW session_replication_role")).rows).toEqual([{ session_replication_role: "origin" }]);
      // Neither another table nor another account than the one that is being purged.
      for (const [account, table] of [
        [id, "crm.files"],
        [id, "control.plans"],
        [world().a.id, "tenant.documents"],
      ]) {
        await client.query("SAVEPOINT s");
        const refused = client.query("SELECT control.sweep_table($1, $2)", [account, table]);
        await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^AZ0(07|13)$/) });
        await client.query("ROLLBACK TO s");
      }
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
    expect((await countRows(world(), id))["tenant.documents"]).toBe(2);
  });

  it("is only done in a purge: nobody sweeps or closes what wasn't opened", async () => {
    const pool = await world().engine.pool("control");
    const before = await fingerprint(world(), world().b.id, true);
    for (const sql of ["SELECT control.sweep_table($1, 'tenant.documents')", "SELECT control.close_purge($1, 'x', '[]')"]) {
      await expect(pool.query(sql, [world().b.id]), sql).rejects.toMatchObject({ code: "AZ007" });
    }
    // Opened, swept and left: there is no such commit.
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("SELECT control.open_purge($1, 'x', true)", [world().b.id]);
    await client.query("SELECT control.sweep_table($1, 'tenant.documents')", [world().b.id]);
    await expect(client.query("COMMIT")).rejects.toMatchObject({ code: "AZ007" });
    client.release();
    const [account] = await world().look("SELECT status FROM control.accounts WHERE id = $1", world().b.id);
    expect(account).toEqual({ status: "active" });
    expect(await fingerprint(world(), world().b.id, true)).toEqual(before);
  });

  it("proves emptiness by the catalog: a table that nobody protected stops the purge", async () => {
    const gone = await furnished();
    const before = await fingerprint(world(), gone.id, true);
    await world().look("CREATE TABLE public.notes (org_id uuid, note text); ALTER TABLE public.notes OWNER TO azora_owner");
    await world().look("INSERT INTO public.notes VALUES ($1, 'left behind')", gone.id);
    await expect(purge(gone.slug)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("1 rows in public.notes"),
      hint: expect.stringContaining("guard.protect"),
    });
    expect(await fingerprint(world(), gone.id, true)).toEqual(before);
    // A table that the owner may not look into can't be proven: the receipt says so.
    await world().look("ALTER TABLE public.notes OWNER TO CURRENT_USER");
    expect((await purge(gone.slug)).receipt.unread).toEqual(["public.notes"]);
    await world().look("DROP TABLE public.notes");
  });

  it("and its proof go red when a sweep takes what it mustn't, or a table is let off", async () => {
    const [one, two] = [await furnished(), await furnished()];
    const [{ sweeps }] = (await world().look<{ sweeps: string }>(
      "SELECT pg_get_functiondef('guard.sweep_tables'::regproc) AS sweeps",
    )) as [{ sweeps: string }];
    await world().look("TRUNCATE crm.files_to_unlink");
    await world().look(`CREATE OR REPLACE FUNCTION guard.sweep_tables() RETURNS SETOF regclass LANGUAGE sql STABLE AS
      'SELECT table_id FROM guard.tenant_tables()'`);
    await purge(one.slug);
    expect(await world().look("SELECT id FROM crm.files_to_unlink")).toEqual([]);
    await world().look(sweeps);
    // Without its foreign key to the accounts a table that isn't swept keeps its rows.
    await world().look("ALTER TABLE crm.files DROP CONSTRAINT files_org_id_fkey");
    await expect(purge(two.slug)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("3 rows in crm.files"),
    });
    await world().look("ALTER TABLE crm.files ADD FOREIGN KEY (org_id) REFERENCES control.accounts (id) ON DELETE CASCADE");
    expect((await purge(two.slug)).purged).toBe(true);
    expect(await accountTables(world())).toContain("tenant.documents");
  });

  describe.skipIf(kind === "server")(
    // The right belongs to the whole cluster: other test files on the shared server would lose it too.
    "where session_replication_role may not be set",
    () => {
      it("the cascade alone does the same", async () => {
        const gone = await furnished();
        await world().look("REVOKE SET ON PARAMETER session_replication_role FROM azora_owner");
        expect((await previewPurge(world().control, { tenant: gone.slug })).sweeps).toBe(false);
        const before = await countWhole(gone);
        const told: string[] = [];
        const { receipt } = await purge(gone.slug, told);
        expect(told).toEqual(["what is left"]);
        expect(receipt.counts).toEqual(before);
        await world().look("GRANT SET ON PARAMETER session_replication_role TO azora_owner");
      });
    },
  );

  it("names the indexes that the cascade lacks", async () => {
    await world().look("DROP INDEX crm.people_org_id_team_id_idx");
    const { missingIndexes } = await previewPurge(world().control, { tenant: world().a.slug });
    expect(missingIndexes.filter(({ table }) => table === "crm.people")).toEqual([
      {
        table: "crm.people",
        foreignKey: "people_org_id_team_id_fkey",
        columns: ["org_id", "team_id"],
        fix: 'CREATE INDEX CONCURRENTLY ON crm.people ("org_id", "team_id");',
      },
    ]);
    const [{ fix = "" } = {}] = missingIndexes.filter(({ table }) => table === "crm.people");
    await world().look(fix);
    expect((await previewPurge(world().control, { tenant: world().a.slug })).missingIndexes.map(({ table }) => table)).toEqual([
      "crm.forecast",
    ]);
  });
});
