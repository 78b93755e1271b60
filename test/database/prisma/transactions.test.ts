import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { TenantTransaction } from "../../../src/tenant-plane/tenant-client.js";
import { describeOnBothEngines } from "../../support/world.js";

const LEVELS = ["ReadUncommitted", "ReadCommitted", "RepeatableRead", "Serializable"] as const;
const SHOW = "SELECT current_setting('transaction_isolation') AS level";
const spelled = (level: string) => level.replace(/(?<=[a-z])([A-Z])/, " $1").toLowerCase();
const fresh = () => ({ number: randomUUID(), title: "in a transaction" });

describeOnBothEngines("a transaction", (world, kind) => {
  const db = () => world().db(world().a);
  const there = (number: string) => db().document.count({ where: { number } });
  // One session serves the whole embedded engine: a second transaction waits for the first to end.
  const manySessions = it.skipIf(kind === "embedded");

  it.each(LEVELS)("takes the level %s, as a batch and interactive", async (isolationLevel) => {
    const client = db();
    const [batched] = await client.$transaction([client.$queryRawUnsafe<{ level: string }[]>(SHOW), client.document.count()], {
      isolationLevel,
    });
    const open = await client.$transaction((tx) => tx.$queryRawUnsafe<{ level: string }[]>(SHOW), { isolationLevel });
    expect([batched, open]).toEqual(Array(2).fill([{ level: spelled(isolationLevel) }]));
  });

  it("shows itself what it wrote and nobody else, until it ends", async () => {
    const data = fresh();
    await db().$transaction(async (tx) => {
      await tx.document.create({ data });
      expect(await tx.document.count({ where: { number: data.number } })).toBe(1);
      if (kind === "server") expect(await there(data.number)).toBe(0);
    });
    expect(await there(data.number)).toBe(1);
  });

  it("is rolled back at its timeout, and its client says so and goes on", async () => {
    const data = fresh();
    let late: Promise<unknown> = Promise.resolve();
    const slow = db().$transaction(
      async (tx) => {
        await tx.document.create({ data });
        await new Promise((resolve) => setTimeout(resolve, 300));
        late = tx.document.count();
        await late;
      },
      { timeout: 100 },
    );
    await expect(slow).rejects.toMatchObject({ code: "P2028" });
    await expect(late).rejects.toMatchObject({ code: "P2028" });
    expect(await there(data.number)).toBe(0);
  });

  manySessions("gives up waiting for a connection after maxWait", async () => {
    const pool = await world().engine.pool("tenant");
    const held = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
    const starved = db().$transaction((tx) => tx.document.count(), { maxWait: 100 });
    await expect(starved).rejects.toMatchObject({ code: "P2028" });
    for (const client of held) client.release();
    expect(await db().document.count()).toBeGreaterThan(0);
  });

  it("nests: what is undone inside is undone alone, and the outer one decides of all", async () => {
    const [outer, kept, undone] = [fresh(), fresh(), fresh()];
    await db().$transaction(async (tx) => {
      await tx.document.create({ data: outer });
      await tx.$transaction(async (inner) => {
        await inner.document.create({ data: kept });
        const deepest = inner.$transaction(async (deep) => {
          await deep.document.create({ data: undone });
          await deep.$executeRaw`SELECT 1 / 0`;
        });
        await expect(deepest).rejects.toThrow(/22012|division/);
        expect(await inner.document.count({ where: { number: kept.number } })).toBe(1);
      });
    });
    expect(await Promise.all([outer, kept, undone].map(({ number }) => there(number)))).toEqual([1, 1, 0]);

    const [first, second] = [fresh(), fresh()];
    const whole = db().$transaction(async (tx) => {
      await tx.document.create({ data: first });
      await tx.$transaction((inner) => inner.document.create({ data: second }));
      throw new Error("whole");
    });
    await expect(whole).rejects.toThrow("whole");
    expect(await Promise.all([first, second].map(({ number }) => there(number)))).toEqual([0, 0]);
  });

  it("keeps its tenant at every depth, after every error", async () => {
    const own = async (tx: TenantTransaction) => new Set((await tx.document.findMany()).map(({ accountId }) => accountId));
    await db().$transaction(async (tx) => {
      await tx.$transaction((inner) => inner.$executeRaw`SELECT 1 / 0`).catch(() => undefined);
      expect(await own(tx)).toEqual(new Set([world().a.id]));
      await tx.$transaction(async (inner) => expect(await own(inner)).toEqual(new Set([world().a.id])));
    });
  });

  it("is as good as its client: one that ended serves no more", async () => {
    let kept: TenantTransaction | undefined;
    await db().$transaction(async (tx) => {
      kept = tx;
    });
    await expect(kept?.document.count()).rejects.toMatchObject({ code: "P2028" });
  });

  manySessions("is refused by PostgreSQL when another got in between, and run again as often as asked", async () => {
    const { id } = await db().document.create({ data: { ...fresh(), title: "0" } });
    let runs = 0;
    /** Reads, lets somebody else change what was read, then writes. */
    const bump = (interfere: (run: number) => boolean, retries?: number) =>
      db().$transaction(
        async (tx) => {
          const run = ++runs;
          const { title } = await tx.document.findUniqueOrThrow({ where: { id } });
          if (interfere(run)) await db().document.update({ where: { id }, data: { title: `${Number(title) + 10}` } });
          await tx.document.update({ where: { id }, data: { title: `${Number(title) + 1}` } });
        },
        { isolationLevel: "Serializable", ...(retries !== undefined && { retries }) },
      );
    await expect(bump(() => true)).rejects.toMatchObject({ code: "P2034" });
    expect(runs).toBe(1);

    runs = 0;
    await bump((run) => run <= 2, 3);
    expect(runs).toBe(3);
    expect(await db().document.findUnique({ where: { id } })).toMatchObject({ title: "31" });

    runs = 0;
    await expect(bump(() => true, 2)).rejects.toMatchObject({ code: "P2034" });
    expect(runs).toBe(3);

    runs = 0;
    const mine = db().$transaction(async () => Promise.reject(new Error(`mine ${++runs}`)), { retries: 3 });
    await expect(mine).rejects.toThrow("mine 1");
  });

  manySessions("ends a deadlock by running one of the two again", async () => {
    const [one, two] = await Promise.all([fresh(), fresh()].map((data) => db().document.create({ data })));
    let met = 0;
    let meet = () => {};
    const both = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const cross = (first = "", second = "") =>
      db().$transaction(
        async (tx) => {
          await tx.document.update({ where: { id: first }, data: { title: "first" } });
          if (++met === 2) meet();
          await both;
          await tx.document.update({ where: { id: second }, data: { title: "second" } });
        },
        { retries: 3, timeout: 30_000 },
      );
    await Promise.all([cross(one?.id, two?.id), cross(two?.id, one?.id)]);
    expect(met).toBe(3);
  });
});
