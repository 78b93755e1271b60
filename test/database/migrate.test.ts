import { createHash, randomBytes } from "node:crypto";
import { Pool } from "pg";
import { describe, expect, inject, it } from "vitest";
import { applyMigrations } from "../../src/database/migrate/apply.js";
import { findDrift } from "../../src/database/migrate/drift.js";
import { compareHistory, readMigrations, requireCurrentSchema } from "../../src/database/migrate/history.js";
import { administer, dropDatabase, urlOf } from "../support/server-template.js";
import { describeOnBothEngines, type World } from "../support/world.js";

const names = async () => (await readMigrations()).map(({ name }) => name);
const history = (world: World) => world.look("SELECT * FROM azora._prisma_migrations ORDER BY migration_name, started_at");

describeOnBothEngines("the migrations", (world) => {
  const runtime = () => world().engine.pool("tenant");

  it("are all applied, and applying them again does nothing", async () => {
    const before = await history(world());
    expect(await applyMigrations(world().owner)).toEqual([]);
    expect(await history(world())).toEqual(before);
    expect(await compareHistory(await runtime())).toEqual({ applied: await names(), pending: [], unknown: [] });
    await requireCurrentSchema(await runtime());
  });

  it("are recorded as Prisma's own migrate records them", async () => {
    const columns = await world().look<{ name: string }>(`
      SELECT attname || ' ' || format_type(atttypid, atttypmod) AS name FROM pg_attribute
      WHERE attrelid = 'azora._prisma_migrations'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`);
    expect(columns.map(({ name }) => name)).toEqual([
      "id character varying(36)",
      "checksum character varying(64)",
      "finished_at timestamp with time zone",
      "migration_name character varying(255)",
      "logs text",
      "rolled_back_at timestamp with time zone",
      "started_at timestamp with time zone",
      "applied_steps_count integer",
    ]);
    const files = await readMigrations();
    const rows = await history(world());
    expect(
      rows.map(({ migration_name, checksum, applied_steps_count, logs, rolled_back_at }) => ({
        migration_name,
        checksum,
        applied_steps_count,
        logs,
        rolled_back_at,
      })),
    ).toEqual(
      files.map(({ name, sql }) => ({
        migration_name: name,
        checksum: createHash("sha256").update(sql).digest("hex"),
        applied_steps_count: 1,
        logs: null,
        rolled_back_at: null,
      })),
    );
    expect(rows.every(({ finished_at }) => finished_at instanceof Date)).toBe(true);
  });

  it("make what the schema files say: there is no drift", async () => {
    expect(await findDrift(world().owner)).toEqual([
      { schema: "control", sql: "" },
      { schema: "tenant", sql: "" },
    ]);
  });

  it.each([
    {
      schema: "tenant",
      what: "a column too many",
      change: "ALTER TABLE tenant.documents ADD COLUMN extra text",
      undo: "ALTER TABLE tenant.documents DROP COLUMN extra",
      sql: /DROP COLUMN "extra"/,
    },
    {
      schema: "tenant",
      what: "a column made nullable",
      change: "ALTER TABLE tenant.documents ALTER title DROP NOT NULL",
      undo: "ALTER TABLE tenant.documents ALTER title SET NOT NULL",
      sql: /"title" SET NOT NULL/,
    },
    {
      schema: "tenant",
      what: "an index gone",
      change: "DROP INDEX tenant.documents_account_id_owner_id_idx",
      undo: "CREATE INDEX documents_account_id_owner_id_idx ON tenant.documents (account_id, owner_id)",
      sql: /CREATE INDEX/,
    },
    {
      schema: "tenant",
      what: "a table too many",
      change: "CREATE TABLE tenant.stray (id int PRIMARY KEY)",
      undo: "DROP TABLE tenant.stray",
      sql: /DROP TABLE "tenant"."stray"/,
    },
    {
      schema: "control",
      what: "a column gone",
      change: "ALTER TABLE control.plans RENAME COLUMN name TO label",
      undo: "ALTER TABLE control.plans RENAME COLUMN label TO name",
      sql: /ADD COLUMN\s+"name"/,
    },
  ])("see $what as drift of $schema", async ({ schema, change, undo, sql }) => {
    await world().look(change);
    const drift = await findDrift(world().owner);
    await world().look(undo);
    expect(drift.filter((found) => found.sql !== "").map((found) => found.schema)).toEqual([schema]);
    expect(drift.find((found) => found.schema === schema)?.sql).toMatch(sql);
  });

  it("are refused when an applied one was edited", async () => {
    const files = await readMigrations();
    const edited = files.map((file, at) => (at === 2 ? { ...file, sql: `${file.sql}\n-- edited` } : file));
    const before = await history(world());
    await expect(applyMigrations(world().owner, edited)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining(files[2]?.name as string),
    });
    expect(await history(world())).toEqual(before);
  });

  it("leave nothing of one that fails, which works once it is mended", async () => {
    const files = await readMigrations();
    const name = "29990101000000_new";
    const attempt = (sql: string) => applyMigrations(world().owner, [...files, { name, sql }]);
    const made = () => world().look("SELECT 1 FROM pg_class WHERE relname = 'half_made'");
    await expect(attempt("CREATE TABLE control.half_made (id int); SELECT 1 / 0;")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await made()).toEqual([]);
    expect(await attempt("CREATE TABLE control.half_made (id int);")).toEqual([name]);
    expect(await made()).toHaveLength(1);
    await expect(requireCurrentSchema(await runtime())).rejects.toMatchObject({ code: "DATABASE_NEWER" });
    await world().look("DROP TABLE control.half_made");
    await world().look("DELETE FROM azora._prisma_migrations WHERE migration_name = $1", name);
  });

  it("tell a login that some are missing", async () => {
    const last = (await names()).at(-1);
    await world().look(
      "UPDATE azora._prisma_migrations SET migration_name = 'x' || migration_name WHERE migration_name = $1",
      last,
    );
    const { pending, unknown } = await compareHistory(await runtime());
    await world().look("UPDATE azora._prisma_migrations SET migration_name = $1 WHERE migration_name = 'x' || $1", last);
    expect({ pending, unknown }).toEqual({ pending: [last], unknown: [`x${last}`] });
  });
});

const ADVISORY_LOCKS = `
  SELECT objid FROM pg_locks WHERE locktype = 'advisory'
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

// The embedded engine's empty directory is filled in the preparation of every run.
describe("the migrations on an empty database of a server", () => {
  it("are applied once by two processes at the same time", async () => {
    const { serverUrl, templates } = inject("prepared");
    const database = `${templates.settled}_${randomBytes(4).toString("hex")}`;
    await administer(serverUrl, `CREATE DATABASE ${database} TEMPLATE template0`);
    const pools = [1, 2].map(() => new Pool({ connectionString: urlOf(serverUrl, database), max: 2 }));
    try {
      const [one] = pools as [Pool, Pool];
      await expect(requireCurrentSchema(one)).rejects.toMatchObject({ code: "NOT_MIGRATED" });
      const applied = await Promise.all(pools.map((pool) => applyMigrations(pool)));
      expect(applied.flat()).toEqual(await names());
      expect(applied.map((list) => list.length).sort()).toEqual([0, (await names()).length]);
      // A lock kept by an idle connection would hold up the next `prisma migrate`, and a second process, until it ends.
      expect((await one.query(ADVISORY_LOCKS)).rows).toEqual([]);
      expect((await findDrift(one)).every(({ sql }) => sql === "")).toBe(true);
    } finally {
      await Promise.all(pools.map((pool) => pool.end()));
      await dropDatabase(serverUrl, database);
    }
  });
});
