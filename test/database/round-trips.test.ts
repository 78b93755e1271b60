import type { PoolClient } from "pg";
import { beforeAll, beforeEach, expect, it } from "vitest";
import type { TenantClient } from "../../src/tenant-plane/tenant-client.js";
import { describeOnBothEngines } from "../support/world.js";

describeOnBothEngines("round trips", (world) => {
  let db: TenantClient;
  /** Sync messages sent: each is one round trip that the client waits for. */
  let trips: number;

  beforeAll(async () => {
    const pool = await world().engine.pool("tenant");
    const watched = new WeakSet<PoolClient>();
    pool.on("acquire", (client) => {
      if (watched.has(client)) return;
      watched.add(client);
      const { stream } = (client as unknown as { connection: { stream: { write(bytes: Buffer): boolean } } }).connection;
      const write = stream.write.bind(stream);
      stream.write = (bytes) => {
        trips += syncsIn(bytes);
        return write(bytes);
      };
    });
  });

  beforeEach(async () => {
    db = world().db(world().a);
    await db.document.findFirst();
    trips = 0;
  });

  it("a read takes one, its log included", async () => {
    await db.document.findMany({ take: 5 });
    expect(trips).toBe(1);
  });

  it("a write takes one, its log included", async () => {
    await db.document.create({ data: { number: "R-1", title: "one trip" } });
    expect(trips).toBe(1);
  });

  it("a raw statement takes one, wiping the session included", async () => {
    await db.$queryRaw`SELECT 1 AS one`;
    expect(trips).toBe(1);
  });

  it("a transaction takes one a statement and one for its end", async () => {
    await db.$transaction(
      async (tx) => {
        for (let i = 0; i < 5; i++) await tx.document.findMany();
      },
      { isolationLevel: "RepeatableRead" },
    );
    expect(trips).toBe(6);
  });

  it("a transaction without a statement takes none", async () => {
    await db.$transaction(async () => undefined);
    await db.$transaction(() => Promise.reject(new Error("undone"))).catch(() => undefined);
    expect(trips).toBe(0);
  });

  it("a nested create takes no BEGIN of its own", async () => {
    await db.document.create({
      data: { number: "R-2", title: "nested", revisions: { create: [1, 2, 3].map((revision) => ({ revision, summary: "r" })) } },
    });
    const logged = trips;
    expect(logged).toBeGreaterThan(1);
    // Document, three revisions, the row that is given back, COMMIT.
    expect(logged).toBeLessThanOrEqual(6);
  });
});

/** Counts the Sync messages in what is written: type S, length 4. */
function syncsIn(bytes: Buffer): number {
  let syncs = 0;
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readInt32BE(at + 1)) if (bytes[at] === 0x53) syncs += 1;
  return syncs;
}
