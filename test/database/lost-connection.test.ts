import { expect, it } from "vitest";
import { describeOnBothEngines } from "../support/world.js";

// The embedded engine has no connection that could be lost: its session lives and dies with the process.
describeOnBothEngines("a connection that dies", (world, kind) => {
  const onServer = it.skipIf(kind === "embedded");
  const endRuntimeSessions = () =>
    world().look(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'azora_runtime' AND datname = current_database()",
    );

  onServer("fails the statement under way, and the next one works", async () => {
    const db = world().db(world().a);
    const before = await db.document.count();
    const slow = db.$queryRaw`SELECT pg_sleep(30)`.catch((error: unknown) => error);
    // Until the statement is under way there is nothing to end.
    await expect.poll(endRuntimeSessions).not.toEqual([]);
    expect(await slow).toBeInstanceOf(Error);
    expect(await db.document.count()).toBe(before);
  });

  onServer("fails the transaction it was in, nothing of it is kept, and the next one works", async () => {
    const db = world().db(world().a);
    const lost = db.$transaction(async (tx) => {
      await tx.document.create({ data: { number: "LOST-1", title: "never kept" } });
      await endRuntimeSessions();
      return tx.document.count();
    });
    await expect(lost).rejects.toThrow();
    expect(await db.document.findUnique({ where: { number: "LOST-1" } })).toBeNull();
    expect(await db.$transaction((tx) => tx.document.count())).toBeGreaterThan(0);
  });
});
