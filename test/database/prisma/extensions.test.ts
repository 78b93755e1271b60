import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { QueryEvent } from "../../../src/database/wire/caller.js";
import { Prisma } from "../../../src/generated/tenant/client.js";
import type { LooseClient } from "../../attack/scene.js";
import { describeOnBothEngines } from "../../support/world.js";

interface Document {
  readonly accountId: string;
  readonly number: string;
  readonly label?: string;
}

describeOnBothEngines("an extension on top of a tenant's client", (world) => {
  const db = () => world().db(world().a);
  const loose = () => db() as unknown as LooseClient;
  const own = (rows: unknown) =>
    expect(new Set((rows as Document[]).map(({ accountId }) => accountId))).toEqual(new Set([world().a.id]));

  it("of queries sees each call, may change it and call other models, and stays inside", async () => {
    const seen: string[] = [];
    const extended = loose().$extends({
      query: {
        $allModels: {
          async $allOperations({
            model,
            operation,
            args,
            query,
          }: {
            model: string;
            operation: string;
            args: object;
            query: (args: object) => Promise<unknown>;
          }) {
            seen.push(`${model}.${operation}`);
            return query(args);
          },
        },
        document: {
          async findMany({ query }: { query: (args: object) => Promise<unknown> }) {
            await db().user.count();
            return query({ where: { title: { endsWith: "text" } } });
          },
        },
        async $queryRaw({ args, query }: { args: object; query: (args: object) => Promise<unknown> }) {
          seen.push("raw");
          return query(args);
        },
      },
    });
    own(await extended.document.findMany?.());
    await (extended as unknown as ReturnType<typeof db>).$queryRaw`SELECT 1`;
    expect(seen).toEqual(["Document.findMany", "raw"]);
  });

  it("of models adds methods that call any model, in a transaction as well", async () => {
    const extended = loose().$extends({
      model: {
        document: {
          async twin(this: unknown, number: string) {
            const { create, findMany } = Prisma.getExtensionContext(this) as unknown as Record<
              string,
              (args: object) => Promise<unknown>
            >;
            await create?.({ data: { number, title: "twin" } });
            return findMany?.({ where: { title: "twin" } });
          },
        },
      },
    });
    own(await extended.document.twin?.(randomUUID() as unknown as object));
    own(await extended.$transaction(async (tx) => tx.document.twin?.(randomUUID() as unknown as object)));
  });

  it("of the client adds methods to it, with everything at hand", async () => {
    const extended = db().$extends({
      client: {
        async everything(this: unknown) {
          const context = Prisma.getExtensionContext(this) as unknown as ReturnType<typeof db>;
          return [...(await context.document.findMany()), ...(await context.user.findMany())];
        },
      },
    }) as unknown as { everything(): Promise<Document[]> };
    own(await extended.everything());
  });

  it("of results computes fields of what was read, relations included", async () => {
    const extended = loose().$extends({
      result: { document: { label: { needs: { number: true }, compute: ({ number }: Document) => `<${number}>` } } },
    });
    const rows = (await extended.document.findMany?.({ where: { owner: { isNot: null } } })) as Document[];
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(({ label }) => label)).toEqual(rows.map(({ number }) => `<${number}>`));
    own(rows);
  });

  it("may be made once for all, and put on the clients of two tenants", async () => {
    const shared = Prisma.defineExtension((client) =>
      client.$extends({
        model: {
          $allModels: {
            async all(this: object) {
              return (this as { findMany(): Promise<unknown> }).findMany();
            },
          },
        },
      }),
    );
    const both = [world().a, world().b].map(async (tenant) => {
      const client = world()
        .db(tenant)
        .$extends(shared as never) as unknown as { document: { all(): Promise<Document[]> } };
      expect(new Set((await client.document.all()).map(({ accountId }) => accountId))).toEqual(new Set([tenant.id]));
    });
    await Promise.all(both);
  });

  it("leaves transactions of every kind as they are", async () => {
    const extended = loose().$extends({ name: "nothing" }) as unknown as ReturnType<typeof db>;
    const number = randomUUID();
    const undone = extended.$transaction(async (tx) => {
      await tx.document.create({ data: { number, title: "x" } });
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    const [made, all] = await extended.$transaction([
      extended.document.create({ data: { number, title: "x" } }),
      extended.document.findMany(),
    ]);
    own([made, ...all]);
  });
});

describeOnBothEngines("a tenant's client", (world) => {
  it("connects and disconnects by itself, and one that was disconnected works on; the others never notice", async () => {
    const [one, two] = [world().db(world().a), world().db(world().b)];
    await one.$connect();
    await one.$disconnect();
    expect(await two.document.count()).toBeGreaterThan(0);
    expect(await one.document.count()).toBeGreaterThan(0);
  });

  it("tells its own listeners of its own statements, and of nobody else's", async () => {
    const heard: QueryEvent[] = [];
    const listening = world().db(world().a);
    const chained = listening.$on("query", (event) => heard.push(event));
    expect(await chained.document.count()).toBeGreaterThan(0);
    expect(heard.splice(0)).toHaveLength(1);
    const other = world().db(world().b);
    const same = world().db(world().a);
    const title = randomUUID();
    await Promise.all([
      listening.document.findMany({ where: { title } }),
      other.document.findMany({ where: { title: "of the other tenant" } }),
      same.document.findMany({ where: { title: "of another client" } }),
    ]);
    await listening.$transaction((tx) => tx.$queryRaw`SELECT ${title}::text`);
    expect(heard.filter(({ params }) => params.includes(title))).toHaveLength(2);
    expect(heard.filter(({ params }) => params.includes("other"))).toEqual([]);
    for (const event of heard) {
      expect(event).toMatchObject({ query: expect.any(String), duration: expect.any(Number), timestamp: expect.any(Date) });
      expect(event.query).not.toContain("azora.context");
    }
  });
});
