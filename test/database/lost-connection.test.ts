import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { attempt } from "../../src/control-plane/attempt.js";
import { type ControlTransaction, inTransaction } from "../../src/control-plane/dry-run.js";
import { openServer } from "../../src/database/server.js";
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

describeOnBothEngines("a connection of the control plane that dies", (world, kind) => {
  const onServer = it.skipIf(kind === "embedded");
  const endControlSessions = () =>
    world().look(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'azora control' AND datname = current_database()",
    );
  const ended = (then: (tx: ControlTransaction) => Promise<unknown>) =>
    attempt(world().control, { action: "test" }, () =>
      inTransaction(world().control, false, async (tx) => {
        await endControlSessions();
        await then(tx);
      }),
    );

  for (const [when, then] of Object.entries({
    "before a statement": (tx: ControlTransaction) => tx.account.count(),
    "before the commit": () => sleep(200),
  })) {
    onServer(`${when} is an error of its own, and the next action works`, async () => {
      await expect(ended(then)).rejects.toMatchObject({ code: "UNREACHABLE" });
      expect(await world().control.client.account.count()).toBeGreaterThan(0);
    });
  }
});

/** What a server says that lets a client in and shuts down at once: welcome, ready, and a FATAL error. */
const WELCOME_AND_GOODBYE = Buffer.concat([
  Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]),
  Buffer.from([0x5a, 0, 0, 0, 5, 0x49]),
  Buffer.from("E\0\0\0\x1cSFATAL\0C57P01\0Mgoodbye\0\0", "latin1"),
]);

it("a connection that dies in the moment it is made ends no process", async () => {
  const server = createServer((socket) =>
    socket.once("data", () => socket.end(WELCOME_AND_GOODBYE)).on("error", () => undefined),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const engine = openServer({ tenant: `postgresql://x@127.0.0.1:${port}/x` });
  // The error comes in the same packet as the welcome: even who listens at once listens too late.
  const client = (await (await engine.pool("tenant")).connect()).on("error", () => undefined);
  await expect(client.query("SELECT 1")).rejects.toThrow();
  client.release(true);
  await engine.close();
  await new Promise((resolve) => server.close(resolve));
});
