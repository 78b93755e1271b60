import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { closeTenantDb, tenantDb } from "azora";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Job, work } from "../../docs/examples/jobs.js";
import { schedule } from "../../docs/examples/scheduler.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import { describeOnBothEngines, type World } from "../support/world.js";
import { becomeApplication, endApplication, environmentOf, meanwhile } from "./application.js";

const IMPORT = fileURLToPath(new URL("../../docs/examples/import-batches.ts", import.meta.url));

/** What the example leaves for the reader to fill in: a queue, which is a list here. */
function newQueue(): { readonly jobs: Job[]; enqueue(job: Job): Promise<void> } {
  const jobs: Job[] = [];
  return {
    jobs,
    async enqueue(job) {
      jobs.push(job);
    },
  };
}

function runImport(env: Record<string, string>, accountId: string, input: string): Promise<{ exit: number; stdout: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", IMPORT, accountId], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.end(input);
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ exit: code ?? 255, stdout })));
}

async function draftsOf({ id: accountId }: World["a"]): Promise<number> {
  return tenantDb({ accountId, actor: "auditor" }).document.count({ where: { status: "draft" } });
}

describeOnBothEngines("jobs of the examples", (world, kind) => {
  beforeAll(() => becomeApplication(world()));
  afterAll(() => endApplication(world()));

  it("a job works in its tenant, under its own name", async () => {
    const { a, b } = world();
    expect(await work({ accountId: a.id, olderThanDays: 0 })).toBe("done");
    expect([await draftsOf(a), await draftsOf(b)]).toEqual([0, 2]);
    const db = tenantDb({ accountId: a.id, actor: "auditor" });
    const lines = await db.auditLog.findMany({ where: { operation: "update", subject: "documents" }, select: { actor: true } });
    expect(lines).toEqual(Array(2).fill({ actor: "job:retire-drafts" }));
  });

  it("one of a suspended tenant waits, one of a purged tenant is dropped, any other fault is the queue's to see", async () => {
    const { a, b } = world();
    const job = (accountId: string) => work({ accountId, olderThanDays: 0 });
    await meanwhile(world(), () => world().look("SELECT control.suspend_account($1, 'test', true)", b.id));
    expect(await job(b.id)).toBe("again later");
    await meanwhile(world(), () => world().look("SELECT control.resume_account($1)", b.id));
    expect(await job(a.id)).toBe("done");
    expect(await job("019aad50-3f0e-7c11-8f4c-2f3b1d0c9a55")).toBe("drop");
    await expect(job("no-uuid")).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  // The embedded database is one process's at a time: a scheduler beside its workers takes a server.
  it.skipIf(kind === "embedded")("the scheduler sees every tenant and no row; a worker the other way round", async () => {
    const { a, b, prepared, place } = world();
    const { serverUrl, password } = prepared;
    await closeTenantDb();
    delete process.env.AZORA_TENANT_URL;
    process.env.AZORA_CONTROL_URL = urlsOf(serverUrl, place, password, OPERATORS.support).control;
    const queue = newQueue();
    await schedule(queue.enqueue);
    expect(queue.jobs.map(({ accountId }) => accountId)).toEqual([a.id, b.id]);
    await expect(work(queue.jobs[0] as Job)).rejects.toMatchObject({ code: "NOT_CONFIGURED" });

    await closeTenantDb();
    delete process.env.AZORA_CONTROL_URL;
    await becomeApplication(world());
    expect(await Promise.all(queue.jobs.map(work))).toEqual(["done", "done"]);
    await expect(schedule(queue.enqueue)).rejects.toMatchObject({ code: "NOT_CONFIGURED" });
  });

  // On the embedded engine each of its processes opens the whole database first, which takes seconds and shows no more.
  it.skipIf(kind === "embedded")(
    "a script writes all lines or none, and ends by itself",
    async () => {
      const { b } = world();
      await closeTenantDb();
      const env = environmentOf(world());
      const lines = "B-1,Buffer,12.5,kg\nB-2,Buffer,7,kg\n";
      expect(await runImport(env, b.id, lines)).toEqual({ exit: 0, stdout: "2 batches imported\n" });
      expect(await runImport(env, b.id, `B-3,Buffer,1,kg\n${lines}`)).toEqual({ exit: 1, stdout: "" });
      const db = tenantDb({ accountId: b.id, actor: "auditor" });
      const batches = { where: { number: { startsWith: "B-" } }, orderBy: { number: "asc" }, select: { number: true } } as const;
      expect(await db.batch.findMany(batches)).toEqual([{ number: "B-1" }, { number: "B-2" }]);
    },
    180_000,
  );
});
