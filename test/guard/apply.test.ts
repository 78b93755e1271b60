import { readFile } from "node:fs/promises";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyGuard } from "../../src/installation/guard/apply.js";
import { type GuardPlan, planGuard } from "../../src/installation/guard/plan.js";
import { guardScript } from "../../src/installation/guard/script.js";
import { lacking, PROPERTY_NAMES } from "../support/nine-properties.js";
import { CRM, directoryOf, load, SAMPLES, type Sample, WEBSHOP } from "../support/samples/samples.js";
import { administer, urlOf } from "../support/server-template.js";
import { type EngineKind, World } from "../support/world.js";

/** Every row of a sample's tables, without the account that azora adds: what must not change. */
async function contents(world: World, { tables, shared }: Sample): Promise<Record<string, unknown>> {
  const parts = [...Object.keys(tables), shared].map(
    (name) => `SELECT '${name.replaceAll('"', "")}' AS name, count(*)::int AS rows,
      md5(string_agg((to_jsonb(t) - 'account_id' - 'organization_id')::text, '|' ORDER BY (to_jsonb(t) - 'account_id' - 'organization_id')::text)) AS hash FROM ${name} t`,
  );
  const rows = await world.look<{ name: string; rows: number; hash: string }>(parts.join(" UNION ALL "));
  return Object.fromEntries(rows.map(({ name, rows, hash }) => [name, `${rows}:${hash}`]));
}

async function expectGuarded(world: World, sample: Sample): Promise<void> {
  for (const property of PROPERTY_NAMES) expect(await lacking(world, property), property).toEqual([]);
  const plan = await planGuard(world.owner, sample.input);
  expect(plan.steps).toEqual([]);
  expect(Object.fromEntries(plan.tables.map(({ table, accountColumn }) => [table, accountColumn]))).toEqual(sample.tables);
  expect(plan.tables.every(({ isProtected }) => isProtected)).toBe(true);
  const unregistered = plan.accounts.isMapped ? "account_id" : plan.accounts.key;
  expect(
    await world.look(
      `SELECT FROM ${plan.accounts.table} t WHERE NOT EXISTS (SELECT FROM control.accounts a WHERE a.id = t.${unregistered})`,
    ),
  ).toEqual([]);
}

/** A run that dies when it comes to its second step, as one that was killed between two. */
async function oneStep(world: World, sample: Sample): Promise<string | undefined> {
  const died = new Error("killed");
  const started: string[] = [];
  const run = applyGuard(world.owner, sample.input, {
    dryRun: false,
    onProgress: ({ step }) => {
      if (started.at(-1) !== step) started.push(step);
      if (started.length === 2) throw died;
    },
  });
  await run.catch((error) => {
    if (error !== died) throw error;
  });
  return started[0];
}

for (const kind of ["server", "embedded"] as const satisfies readonly EngineKind[]) {
  describe.each(SAMPLES)(`guard:apply on $name (${kind})`, (sample) => {
    let world: World;
    let plan: GuardPlan;
    beforeAll(async () => {
      world = await World.open(kind);
      await load(world, sample);
      plan = await planGuard(world.owner, sample.input);
    });
    afterAll(() => world?.close());

    it("changes nothing in a dry run", async () => {
      const before = await contents(world, sample);
      const { left, done } = await applyGuard(world.owner, sample.input, { dryRun: true });
      expect({ left, done }).toEqual({ left: plan.steps.map(({ name }) => name), done: [] });
      expect(await contents(world, sample)).toEqual(before);
      expect((await planGuard(world.owner, sample.input)).steps).toEqual(plan.steps);
    });

    it("killed between any two of its steps and run again, ends right, with every row as it was", async () => {
      const before = await contents(world, sample);
      const done: string[] = [];
      for (let step = await oneStep(world, sample); step !== undefined; step = await oneStep(world, sample)) {
        expect(done).not.toContain(step);
        done.push(step);
        if (done.length > plan.steps.length) break;
      }
      // What proves a table's account changes where it stands in the order, and nothing else.
      expect([...done].sort()).toEqual(plan.steps.map(({ name }) => name).sort());
      expect(await contents(world, sample)).toEqual(before);
      await expectGuarded(world, sample);
    });

    it("has nothing to do when all is done", async () => {
      expect(await applyGuard(world.owner, sample.input, { dryRun: false })).toMatchObject({ done: [], left: [] });
    });
  });

  describe(`guard:apply beside an application at work (${kind})`, () => {
    let world: World;
    beforeAll(async () => {
      world = await World.open(kind);
      await load(world, WEBSHOP);
    });
    afterAll(() => world?.close());

    it("fills what is written between its steps, and loses none of it", async () => {
      let written = 0;
      const trade = async () => {
        const shop = await world.look<{ id: number }>(
          "INSERT INTO public.shops (name, domain) VALUES ('Fresh', 'fresh-' || $1::int || '.test') RETURNING id",
          written,
        );
        const [customer] = await world.look<{ id: number }>(
          "INSERT INTO public.customers (shop_id, email, name) VALUES ($1, 'first@example.test', 'Fresh') RETURNING id",
          shop[0]?.id,
        );
        const [order] = await world.look<{ id: string }>(
          "INSERT INTO public.orders (customer_id, number) VALUES ($1, 'F-' || $1::int) RETURNING id",
          customer?.id,
        );
        const [product] = await world.look<{ id: number }>(
          "INSERT INTO public.products (shop_id, sku, title, price_cents) VALUES ($1::int, 'F-' || $1::int, 'Fresh', 1) RETURNING id",
          shop[0]?.id,
        );
        await world.look(
          "INSERT INTO public.order_lines (order_id, line_no, product_id, quantity) VALUES ($1, 1, $2, 1)",
          order?.id,
          product?.id,
        );
        await world.look("UPDATE public.customers SET name = 'Renamed' WHERE id = $1", customer?.id);
        written++;
      };
      const { steps } = await planGuard(world.owner, WEBSHOP.input);
      const last = steps.at(-1)?.name;
      for (let name = await oneStep(world, WEBSHOP); name !== last; name = await oneStep(world, WEBSHOP)) await trade();
      await expectGuarded(world, WEBSHOP);
      expect(written).toBe(steps.length - 1);
      const found = await world.look(`
        SELECT count(*)::int AS sales FROM shops s JOIN customers c USING (account_id) JOIN orders o USING (account_id) JOIN order_lines l USING (account_id)
        WHERE s.name = 'Fresh' AND c.name = 'Renamed' AND c.shop_id = s.id AND o.customer_id = c.id AND l.order_id = o.id`);
      expect(found).toEqual([{ sales: written }]);
    });
  });
}

describe("guard:plan's script, chunk by chunk as psql would send it", () => {
  it.each(SAMPLES)("brings $name under guard", async (sample) => {
    const world = await World.open("server");
    try {
      await load(world, sample);
      const [head, ...steps] = guardScript(await planGuard(world.owner, sample.input)).split(/\n\n(?=-- \d+ of \d+ )/);
      expect(head).toContain(sample.shared);
      for (const step of steps) await world.owner.query(step);
      await expectGuarded(world, sample);
    } finally {
      await world.close();
    }
  });
});

describe("guard:apply on a server that others use", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open("server");
    await load(world, CRM);
  });
  afterAll(() => world?.close());

  it("builds an index anew that a killed run left half built", async () => {
    let victim = "";
    for (;;) {
      const [next] = (await planGuard(world.owner, CRM.input)).steps;
      victim = next?.name ?? "";
      if (next?.kind === "concurrent") break;
      await oneStep(world, CRM);
    }
    const holder = await world.owner.connect();
    try {
      // A writer that doesn't end: the build waits for it, and dies waiting.
      await holder.query("BEGIN; UPDATE crm.organizations SET name = name");
      const run = applyGuard(world.owner, CRM.input, { dryRun: false });
      await killBuilder(world);
      await expect(run).rejects.toThrow(/terminat/i);
    } finally {
      await holder.query("ROLLBACK");
      holder.release();
    }
    const left = await world.look("SELECT FROM pg_index WHERE NOT indisvalid");
    expect(left).toHaveLength(1);
    const again = (await planGuard(world.owner, CRM.input)).steps.map(({ name }) => name);
    expect(again.slice(0, 2)).toEqual([victim.replace("build", "drop the unfinished"), victim]);
    await applyGuard(world.owner, CRM.input, { dryRun: false });
    await expectGuarded(world, CRM);
  });
});

describe("guard:apply with a login that is no superuser", () => {
  it("takes the installer's membership and the tables' ownership, and no more", async () => {
    const world = await World.open("server");
    const { serverUrl, password } = world.prepared;
    const login = `${world.place}_maker`;
    await administer(
      serverUrl,
      `CREATE ROLE ${login} LOGIN PASSWORD '${password}' NOSUPERUSER NOBYPASSRLS`,
      `GRANT azora_owner TO ${login}`,
      `ALTER DATABASE ${world.place} OWNER TO ${login}`,
    );
    world.onClose.push(() => administer(serverUrl, `DROP ROLE ${login}`));
    const maker = new Pool({ connectionString: urlOf(serverUrl, world.place, login, password), max: 3 });
    try {
      for (const sample of SAMPLES) {
        await maker.query(await readFile(new URL("schema.sql", directoryOf(sample)), "utf8"));
        await applyGuard(maker, sample.input, { dryRun: false });
        await expectGuarded(world, sample);
      }
    } finally {
      await maker.end();
      await world.close();
    }
  });
});

/** Ends the session that builds an index as soon as there is one. */
async function killBuilder(world: World): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const killed = await world.look(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database() AND phase LIKE 'waiting%'",
    );
    if (killed.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
