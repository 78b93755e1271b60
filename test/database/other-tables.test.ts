import { beforeAll, describe, expect, it } from "vitest";
import { signContext } from "../../src/tenant-plane/context.js";
import { onTenantLogin } from "../support/bare-connection.js";
import { describeOnBothEngines } from "../support/world.js";

/** Tables whose keys and names are not azora's. */
const TABLES = `
  CREATE SCHEMA "Shop";
  CREATE TABLE "Shop"."Order Line" ("tenantId" uuid, order_no integer, "Line" integer, secret text, note text, PRIMARY KEY ("tenantId", order_no, "Line"));
  CREATE TABLE "Shop".skus (tenant uuid, sku text, label text, PRIMARY KEY (tenant, sku));
  CREATE TABLE "Shop".settings (id uuid PRIMARY KEY, theme text);
  SELECT guard.protect('"Shop"."Order Line"', account_column => 'tenantId');
  SELECT guard.protect('"Shop".skus', account_column => 'tenant');
  SELECT guard.protect('"Shop".settings', account_column => 'id');`;

describeOnBothEngines("a tenant table of any shape", (world) => {
  beforeAll(() => world().owner.query(TABLES));

  async function write(...statements: string[]): Promise<void> {
    await onTenantLogin(world(), async (client) => {
      for (const statement of statements) {
        const token = signContext(world().contextKey, { accountId: world().a.id, actor: "ada" }, Date.now() / 1000 + 60);
        await client.query("BEGIN");
        try {
          await client.query(world().engine.setContext, [token]);
          await client.query(statement);
          await client.query("COMMIT");
        } catch (error) {
          await client.query("ROLLBACK");
          throw error;
        }
      }
    });
  }

  // By row within a transaction: the embedded engine counts milliseconds, so two rows of one statement can be of the same one.
  const log = (subject: string) =>
    world().look(
      "SELECT operation::text, row_id, old_values, new_values FROM tenant.audit_log WHERE subject = $1 ORDER BY transaction_id, row_id",
      subject,
    );

  it("is logged under its whole name, each row by its key: one value, several, or the account itself", async () => {
    await write(
      `INSERT INTO "Shop"."Order Line" (order_no, "Line", note) VALUES (1, 1, 'x'), (1, 2, 'y')`,
      `UPDATE "Shop"."Order Line" SET note = note || '!'`,
      `INSERT INTO "Shop".skus (sku, label) VALUES ('A-1', 'first')`,
      `DELETE FROM "Shop".skus`,
      `INSERT INTO "Shop".settings (theme) VALUES ('dark')`,
    );
    const lines = await log('"Shop"."Order Line"');
    expect(lines.map(({ operation, row_id }) => [operation, row_id])).toEqual([
      ["create", '{"Line": 1, "order_no": 1}'],
      ["create", '{"Line": 2, "order_no": 1}'],
      ["update", '{"Line": 1, "order_no": 1}'],
      ["update", '{"Line": 2, "order_no": 1}'],
    ]);
    expect(lines[3]).toMatchObject({ old_values: { note: "y" }, new_values: { note: "y!" } });
    expect(await log('"Shop".skus')).toMatchObject([
      { operation: "create", row_id: "A-1", new_values: { sku: "A-1", label: "first" } },
      { operation: "delete", row_id: "A-1", old_values: { sku: "A-1", label: "first" } },
    ]);
    expect(await log('"Shop".settings')).toMatchObject([{ row_id: world().a.id, new_values: { theme: "dark" } }]);
  });

  it("keeps its key for life, whatever it is called", async () => {
    await write(`INSERT INTO "Shop".skus (sku) VALUES ('K-1')`);
    for (const change of [`sku = 'K-2'`, `tenant = '${world().b.id}'`]) {
      await expect(write(`UPDATE "Shop".skus SET ${change}`)).rejects.toThrow(/tenant and sku of a row of skus can never change/);
    }
    // Prisma empties the account when it disconnects a relation.
    await write(`UPDATE "Shop".skus SET tenant = NULL, label = 'kept' WHERE sku = 'K-1'`);
    expect(await world().look(`SELECT tenant, label FROM "Shop".skus WHERE sku = 'K-1'`)).toEqual([
      { tenant: world().a.id, label: "kept" },
    ]);
  });

  it("keeps its column and its kind when it is protected again without saying them", async () => {
    await world().look(`SELECT guard.protect('"Shop".skus')`);
    await world().look("SELECT guard.protect('tenant.audit_log')");
    expect(
      await world().look(`SELECT table_id::text, account_column, append_only FROM guard.protected_tables
                          WHERE table_id IN ('"Shop".skus'::regclass, 'tenant.audit_log'::regclass) ORDER BY 1`),
    ).toEqual([
      { table_id: '"Shop".skus', account_column: "tenant", append_only: false },
      { table_id: "tenant.audit_log", account_column: "account_id", append_only: true },
    ]);
  });

  it("takes no write whose row the log could not name: a column of the key was renamed", async () => {
    for (const [from, to] of [
      ["sku", "code"],
      ["tenant", "owner"],
    ] as const) {
      await world().look(`ALTER TABLE "Shop".skus RENAME ${from} TO ${to}`);
      await expect(write(`INSERT INTO "Shop".skus (${from === "sku" ? to : "sku"}) VALUES ('R-1')`)).rejects.toThrow(/audit_log/);
      await expect(write(`UPDATE "Shop".skus SET label = 'lost'`)).rejects.toThrow(/audit_log/);
      await world().look(`ALTER TABLE "Shop".skus RENAME ${to} TO ${from}`);
    }
    expect(await world().look(`SELECT FROM "Shop".skus WHERE label = 'lost' OR sku = 'R-1'`)).toEqual([]);
  });

  it("refuses a reference into it that doesn't pair the accounts, whichever table is protected last", async () => {
    const make = `
      CREATE TABLE "Shop".parents (tenant uuid, id integer, UNIQUE (id), PRIMARY KEY (tenant, id));
      CREATE TABLE "Shop".children (tenant uuid, id integer, parent_id integer REFERENCES "Shop".parents (id), PRIMARY KEY (tenant, id));
      ALTER TABLE "Shop".parents DROP CONSTRAINT parents_id_key CASCADE, ADD COLUMN no integer, ADD UNIQUE (tenant, no), ADD UNIQUE (no, tenant);
      ALTER TABLE "Shop".parents DROP CONSTRAINT parents_no_tenant_key;
      ALTER TABLE "Shop".children ADD COLUMN other uuid, ADD CONSTRAINT loose FOREIGN KEY (other, parent_id) REFERENCES "Shop".parents (tenant, id);`;
    const protect = (table: string) => `SELECT guard.protect('"Shop".${table}', account_column => 'tenant');`;
    for (const order of [
      ["parents", "children"],
      ["children", "parents"],
    ]) {
      await expect(world().owner.query(`BEGIN; ${make} ${order.map(protect).join(" ")}`)).rejects.toThrow(
        /foreign key loose of "Shop"\.children does not pair tenant with tenant/,
      );
      await world().owner.query("ROLLBACK");
    }
  });

  describe("with a masked column", () => {
    const LINE = `"Shop"."Order Line"`;
    beforeAll(async () => {
      await world().look(`SELECT guard.mask('${LINE}', 'secret')`);
    });

    it("is logged as changed, without the values, in single writes and in bulk", async () => {
      const since = (await log(LINE)).length;
      await write(
        `INSERT INTO ${LINE} (order_no, "Line", secret, note) SELECT 9, n, 'hush-' || n, 'said' FROM generate_series(1, 3) n`,
        `UPDATE ${LINE} SET secret = 'hushed' WHERE order_no = 9 AND "Line" = 1`,
        `UPDATE ${LINE} SET note = 'aloud' WHERE order_no = 9 AND "Line" = 1`,
        `DELETE FROM ${LINE} WHERE order_no = 9 AND "Line" = 1`,
      );
      const lines = (await log(LINE)).slice(since);
      expect(lines).toHaveLength(6);
      expect(lines.slice(0, 3).every(({ new_values }) => (new_values as { secret: string }).secret === "[masked]")).toBe(true);
      expect(lines.slice(3)).toMatchObject([
        { old_values: { secret: "[masked]" }, new_values: { secret: "[masked]" } },
        { old_values: { note: "said" }, new_values: { note: "aloud" } },
        { old_values: { secret: "[masked]", note: "aloud" } },
      ]);
      expect(lines[4]?.new_values).not.toHaveProperty("secret");
      expect(JSON.stringify(lines)).not.toContain("hush");
    });

    it("stays masked when the table is protected again", async () => {
      await world().look(`SELECT guard.protect('${LINE}')`);
      await write(`INSERT INTO ${LINE} (order_no, "Line", secret) VALUES (10, 1, 'hush')`);
      expect((await log(LINE)).at(-1)).toMatchObject({ new_values: { secret: "[masked]" } });
    });

    it("takes no write after the column was renamed, rather than log what was to be hidden", async () => {
      await world().look(`ALTER TABLE ${LINE} RENAME secret TO hidden`);
      await expect(write(`INSERT INTO ${LINE} (order_no, "Line", hidden) VALUES (11, 1, 'hush')`)).rejects.toThrow(
        /masked column/,
      );
      await world().look(`ALTER TABLE ${LINE} RENAME hidden TO secret`);
    });

    it("shows its values again when the mask is taken off", async () => {
      await world().look(`SELECT guard.mask('${LINE}', 'secret', hidden => false)`);
      await write(`INSERT INTO ${LINE} (order_no, "Line", secret) VALUES (12, 1, 'shown')`);
      expect((await log(LINE)).at(-1)).toMatchObject({ new_values: { secret: "shown" } });
    });

    it.each([
      { target: `"Shop".skus`, column: "sku", message: /in the key/ },
      { target: `"Shop".skus`, column: "nothing", message: /has no column/ },
      { target: "control.plans", column: "name", message: /not a tenant table/ },
    ])("is refused for $target.$column", async ({ target, column, message }) => {
      await expect(world().look("SELECT guard.mask($1::regclass, $2)", target, column)).rejects.toThrow(message);
    });
  });
});
