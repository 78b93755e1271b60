import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importTenant } from "../../src/installation/import/import-tenant.js";
import { urlOf } from "../support/server-template.js";
import { World } from "../support/world.js";
import { addOddSchema, plantOddRows } from "./odd-schema.js";
import { type Export, exportTo, rowsOf, scratch } from "./support.js";

const OWNER = "azora_test_plain_owner";

// Logins are a server's; the embedded engine has one owner, who is its superuser.
describe("an owner that is no superuser", () => {
  let [world, folder, pool]: [World, Awaited<ReturnType<typeof scratch>>, Pool] = [] as never;
  let archive: Export;
  beforeAll(async () => {
    [world, folder] = [await World.open("server"), await scratch()];
    await addOddSchema(world);
    await plantOddRows(world, world.a.id);
    archive = await exportTo(world, world.a, folder.at("alpha.tar"));
    const { password } = world.prepared;
    await world.look(`CREATE ROLE ${OWNER} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '${password}' IN ROLE azora_owner`);
    await world.look(`GRANT CONNECT ON DATABASE ${world.place} TO ${OWNER}`);
    pool = new Pool({ connectionString: urlOf(world.prepared.serverUrl, world.place, OWNER, password), max: 1 });
  });
  afterAll(async () => {
    await pool?.end();
    await world?.look(`REVOKE ALL ON DATABASE ${world.place} FROM ${OWNER}`);
    await world?.look(`DROP ROLE ${OWNER}`);
    await world?.close();
    await folder?.remove();
  });

  it("brings a tenant in past forced row security, in that tenant's context alone", async () => {
    const before = await rowsOf(world, world.a.id);
    await world.look("DELETE FROM control.accounts WHERE id = $1", world.a.id);
    const client = await pool.connect();
    try {
      const bring = () => importTenant(client, { file: archive.file, publicKeys: [], plan: "free", dryRun: false });
      // What everybody refers to is looked at and locked.
      await expect(bring()).rejects.toMatchObject({ code: "42501", message: expect.stringContaining("countries") });
      await world.look("GRANT SELECT, UPDATE ON lab.countries TO azora_owner");
      expect((await client.query("SELECT count(*)::int AS rows FROM tenant.documents")).rows).toEqual([{ rows: 0 }]);
      expect(await bring()).toMatchObject({ imported: true, rows: archive.rows });
      expect((await client.query("SELECT count(*)::int AS rows FROM tenant.documents")).rows).toEqual([{ rows: 0 }]);
    } finally {
      client.release();
    }
    expect(await rowsOf(world, world.a.id)).toEqual(before);
  });

  it("is told what is missing where nobody may do without asking foreign keys row by row", async () => {
    const client = await pool.connect();
    try {
      // Whoever may call the function and has no right to the parameter: operators have neither.
      await world.look("GRANT USAGE ON SCHEMA guard TO azora_support");
      await world.look("GRANT EXECUTE ON FUNCTION guard.open_import(jsonb, text, text) TO azora_support");
      const control = await world.engine.pool("control");
      await expect(control.query("SELECT guard.open_import('{}', 'free', 'x')")).rejects.toMatchObject({
        code: "AZ006",
        hint: expect.stringContaining("GRANT SET ON PARAMETER"),
      });
    } finally {
      await world.look("REVOKE EXECUTE ON FUNCTION guard.open_import(jsonb, text, text) FROM azora_support");
      await world.look("REVOKE USAGE ON SCHEMA guard FROM azora_support");
      client.release();
    }
  });

  it("would be refused by row security, if the context were another's", async () => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT guard.enter($1, 'import')", [world.b.id]);
      const insert = `INSERT INTO tenant.documents (account_id, number, title) VALUES ('${world.a.id}', 'X', 'x')`;
      await expect(client.query(insert)).rejects.toMatchObject({ code: "42501" });
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  });
});
