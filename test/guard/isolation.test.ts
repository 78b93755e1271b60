import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { previewPurge } from "../../src/control-plane/preview-purge.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { countRows, fingerprint } from "../support/fingerprint.js";
import type * as crm from "../support/samples/crm/application.js";
import { GuardedSample } from "../support/samples/guarded.js";
import { CRM, WEBSHOP } from "../support/samples/samples.js";
import type * as webshop from "../support/samples/webshop/application.js";
import { describeOnBothEngines } from "../support/world.js";

/** What shop 1 tries on shop 2. Each says whether it got anywhere. */
const ATTEMPTS: Readonly<Record<string, (db: webshop.Client, theirs: string) => Promise<boolean>>> = {
  "a row by its number": async (db) => (await db.customer.findUnique({ where: { id: 21 } })) !== null,
  "all rows in raw SQL": async (db) =>
    ((await db.$queryRawUnsafe("SELECT 1 FROM public.customers WHERE shop_id <> 1")) as unknown[]).length > 0,
  "rows through a view": async (db) =>
    ((await db.$queryRawUnsafe("SELECT 1 FROM public.open_orders WHERE number NOT LIKE 'N-1-%'")) as unknown[]).length > 0,
  "an update by its number": (db) => goes(db.customer.update({ where: { id: 21 }, data: { name: "mine" } })),
  "an update of all": async (db) =>
    (await db.$executeRawUnsafe("UPDATE public.products SET title = 'mine' WHERE shop_id <> 1")) > 0,
  "a delete by its number": (db) =>
    goes(db.productCategory.delete({ where: { productId_categoryId: { productId: 16, categoryId: 6 } } })),
  "an order for another's customer": (db) =>
    goes(db.order.create({ data: { number: "X-1", customer: { connect: { id: 21 } } } })),
  "the same in raw SQL": (db) => goes(db.$executeRawUnsafe("INSERT INTO public.orders (customer_id, number) VALUES (21, 'X-2')")),
  "a customer of another shop": (db) => goes(db.customer.create({ data: { shopId: 2, email: "x@example.test", name: "X" } })),
  "a row planted in another account": (db, theirs) =>
    goes(db.$executeRawUnsafe(`INSERT INTO public.categories (account_id, shop_id, title) VALUES ('${theirs}', 2, 'planted')`)),
  "a row moved to another account": (db, theirs) =>
    goes(db.$executeRawUnsafe(`UPDATE public.categories SET account_id = '${theirs}'`)),
  "a number that another has": async (db) =>
    !(await goes(db.order.create({ data: { number: "N-2-21-1", customer: { connect: { id: 1 } } } }))),
  "how much the others write": (db) => goes(db.$queryRawUnsafe("SELECT last_value FROM public.customers_id_seq")),
  "an emptied table": (db) => goes(db.$executeRawUnsafe("TRUNCATE public.order_lines")),
  "a shared table changed": (db) => goes(db.country.create({ data: { code: "XX", name: "Nowhere" } })),
};

function goes(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}

describeOnBothEngines("a schema that was not written for azora, under guard", (world) => {
  describe("the shop", () => {
    let shop: GuardedSample<webshop.Client>;
    beforeAll(async () => {
      shop = await GuardedSample.open<webshop.Client>(world(), WEBSHOP);
    });
    afterAll(() => shop?.close());

    it.each(Object.entries(ATTEMPTS))("keeps another shop out: %s", async (_, attempt) => {
      const [mine, theirs] = shop.accounts;
      const before = await fingerprint(world(), theirs);
      expect(await attempt(shop.within(mine), theirs)).toBe(false);
      expect(await fingerprint(world(), theirs)).toEqual(before);
    });

    it("logs what was written under the table's whole name and the row's key, whatever its shape", async () => {
      const db = shop.within(shop.accounts[2]);
      const product = (await db.product.findFirst({ orderBy: { id: "asc" } })) as { id: number };
      const order = (await db.order.create({
        data: {
          number: "A-1",
          customer: { connect: { shopId_email: { shopId: 3, email: "c1@example.test" } } },
          lines: { create: { lineNo: 7, quantity: 1, productId: product.id } },
        },
      })) as { id: bigint };
      await db.orderLine.updateMany({ where: { orderId: order.id }, data: { quantity: 9 } });
      await db.order.delete({ where: { id: order.id } });
      expect(
        await world().look(
          "SELECT DISTINCT method FROM tenant.audit_log WHERE subject = 'public.products' AND operation = 'read'",
        ),
      ).toEqual([{ method: "Product.findFirst" }]);
      const key = `{"line_no": 7, "order_id": ${order.id}}`;
      const lines = await world().look(
        `SELECT actor, operation::text, subject, row_id, old_values -> 'quantity' AS old, new_values -> 'quantity' AS new FROM tenant.audit_log
         WHERE account_id = $1 AND row_id IN ($2, $3) AND subject LIKE 'public.order%' AND operation <> 'read' ORDER BY occurred_at, id`,
        shop.accounts[2],
        String(order.id),
        key,
      );
      const line = (
        operation: string,
        subject: string,
        row_id: string,
        old: number | null = null,
        now: number | null = null,
      ) => ({
        actor: "clerk",
        operation,
        subject: `public.${subject}`,
        row_id,
        old,
        new: now,
      });
      expect(lines).toHaveLength(5);
      expect(lines).toEqual(
        expect.arrayContaining([
          line("create", "orders", String(order.id)),
          line("create", "order_lines", key, null, 1),
          line("update", "order_lines", key, 1, 9),
          line("delete", "order_lines", key, 9),
          line("delete", "orders", String(order.id)),
        ]),
      );
    });

    it("is purged whole, its neighbours as they were", async () => {
      const [one, two, gone] = shop.accounts;
      const neighbours = await Promise.all([one, two].map((id) => fingerprint(world(), id, true)));
      const before = await countRows(world(), gone);
      expect(before["public.order_lines"]).toBeGreaterThan(100);
      expect((await previewPurge(world().control, { tenant: gone })).counts).toEqual(before);
      const { receipt } = await purgeTenant(world().control, { tenant: gone, reason: null, now: true });
      expect(receipt.counts).toEqual(before);
      expect(Object.values(await countRows(world(), gone)).every((rows) => rows === 0)).toBe(true);
      expect(
        await world().look("SELECT FROM public.shops WHERE id = 3 UNION ALL SELECT FROM public.customers WHERE shop_id = 3"),
      ).toEqual([]);
      expect(await Promise.all([one, two].map((id) => fingerprint(world(), id, true)))).toEqual(neighbours);
      await expect(shop.within(gone).customer.count()).rejects.toMatchObject({ code: "ACCOUNT_GONE" });
    });

    it("takes a new shop, which then works for itself", async () => {
      const tenant = await world().newTenant();
      const db = shop.within(tenant.id);
      const made = (await db.shop.create({ data: { name: "Fourth", domain: "shop1.test" } })) as { id: number };
      await db.customer.create({ data: { shopId: made.id, email: "c1@example.test", name: "First" } });
      expect(await db.customer.findMany({ select: { name: true, shop: { select: { name: true } } } })).toEqual([
        { name: "First", shop: { name: "Fourth" } },
      ]);
    });

    it("is open to such attempts when the walls are taken down", async () => {
      const [mine, theirs] = shop.accounts;
      for (const table of ["tenant.audit_log", ...Object.keys(WEBSHOP.tables)]) {
        await world().owner.query(`ALTER POLICY tenant_isolation ON ${table} USING (true) WITH CHECK (true)`);
      }
      await world().owner.query("ALTER TABLE public.customers DROP CONSTRAINT customers_account_id_shop_id_fkey");
      await world().owner.query("DROP TRIGGER guard_identity ON public.categories");
      await world().owner.query("ALTER VIEW public.open_orders RESET (security_invoker)");
      await world().look("DELETE FROM public.orders WHERE account_id = $1 AND number = 'N-2-21-1'", mine);
      await world().owner.query("ALTER TABLE public.orders ADD UNIQUE (number)");
      await world().owner.query(
        "GRANT INSERT ON public.countries TO azora_runtime; GRANT SELECT ON public.customers_id_seq TO azora_runtime",
      );
      const through = [];
      for (const [name, attempt] of Object.entries(ATTEMPTS)) if (await attempt(shop.within(mine), theirs)) through.push(name);
      expect(through).toEqual([
        "all rows in raw SQL",
        "rows through a view",
        "an update of all",
        "a customer of another shop",
        "a row planted in another account",
        "a number that another has",
        "how much the others write",
        "a shared table changed",
      ]);
    });
  });

  describe("the customer database", () => {
    let office: GuardedSample<crm.Client>;
    beforeAll(async () => {
      office = await GuardedSample.open<crm.Client>(world(), CRM);
    });
    afterAll(() => office?.close());

    it("shows an organization itself and no other", async () => {
      const [mine, theirs] = office.accounts;
      const db = office.within(mine);
      expect(await db.organization.findMany({ select: { id: true } })).toEqual([{ id: mine }]);
      expect(await db.organization.findUnique({ where: { id: theirs } })).toBeNull();
      expect(await goes(db.organization.create({ data: { id: theirs, slug: "x", name: "x" } }))).toBe(false);
      expect(await goes(db.$executeRawUnsafe(`UPDATE crm.organizations SET id = '${theirs}'`))).toBe(false);
    });

    it("lets two organizations have the same e-mail address, and tells neither", async () => {
      const [mine] = office.accounts;
      const email = "u1@org-2.test";
      const made = await office.within(mine).user.create({ data: { email, passwordHash: "x" } });
      expect(made).toMatchObject({ email, organizationId: mine });
      expect(await goes(office.within(mine).user.create({ data: { email, passwordHash: "x" } }))).toBe(false);
    });

    it("is purged whole, its neighbours as they were", async () => {
      const [gone, ...others] = office.accounts;
      const neighbours = await Promise.all(others.map((id) => fingerprint(world(), id, true)));
      const before = await countRows(world(), gone);
      const { receipt } = await purgeTenant(world().control, { tenant: gone, reason: null, now: true });
      expect(receipt.counts).toEqual(before);
      expect(receipt.counts).toMatchObject({ "crm.organizations": 1, "crm.deals": 40, 'crm."DealTag"': expect.any(Number) });
      expect(await world().look("SELECT FROM crm.organizations WHERE id = $1", gone)).toEqual([]);
      expect(await Promise.all(others.map((id) => fingerprint(world(), id, true)))).toEqual(neighbours);
    });
  });
});
