import type { SqlDriverAdapter } from "@prisma/driver-adapter-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { contextSigner } from "../../src/tenant-plane/context.js";
import type { EngineClass, EngineConfig, PrismaEngine, Query } from "../../src/tenant-plane/prisma/internals.js";
import { Lane } from "../../src/tenant-plane/prisma/lane.js";
import { Lanes } from "../../src/tenant-plane/prisma/lanes.js";
import { LogHealth } from "../../src/tenant-plane/prisma/log-health.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

/** Hands a request the adapter, as Prisma's engine hands it to the branches of one. */
class ScriptedEngine {
  #adapter: Promise<SqlDriverAdapter>;
  constructor(config: EngineConfig) {
    this.#adapter = config.adapter.connect();
  }
  async request(script: unknown): Promise<unknown> {
    return (script as (adapter: SqlDriverAdapter) => Promise<unknown>)(await this.#adapter);
  }
}

const WHOSE = { sql: "SELECT guard.current_account()::text", args: [], argTypes: [] };
const SLOW = { ...WHOSE, sql: "SELECT pg_sleep(0.05)::text" };

describeOnBothEngines("a lane", (world) => {
  afterEach(() => vi.restoreAllMocks());

  const lanes = () =>
    new Lanes({
      database: world().engine,
      EngineClass: ScriptedEngine as unknown as EngineClass,
      config: {} as EngineConfig,
      compiler: { loadQueryCompiler: () => Promise.reject(new Error("not used")) },
      health: new LogHealth(),
    });
  const callerOf = (tenant: TestTenant) => ({
    token: contextSigner(world().contextKey, { accountId: tenant.id, actor: "lane" }),
    readAudit: "off" as const,
    fieldsOf: () => undefined,
  });
  const run = (on: Lanes, tenant: TestTenant, script: (adapter: SqlDriverAdapter) => Promise<unknown>) =>
    on
      .serve(callerOf(tenant), (engine: PrismaEngine) => engine.request(script as unknown as Query, {}))
      .then(({ result }) => result);
  const whose = async (adapter: SqlDriverAdapter) => (await adapter.queryRaw(WHOSE)).rows[0]?.[0];

  /** A's request fails at once while another branch of it still waits; then B's requests come. */
  const strayBranch = async (): Promise<unknown> => {
    const { a, b } = world();
    const shared = lanes();
    let stray: Promise<unknown> = Promise.resolve();
    const failing = run(shared, a, (adapter) => {
      stray = adapter.queryRaw(SLOW).then(() => whose(adapter));
      return Promise.reject(new Error("the first branch"));
    });
    await expect(failing).rejects.toThrow("the first branch");
    let strayEnded = false;
    const ended = stray.finally(() => {
      strayEnded = true;
    });
    do expect(await run(shared, b, whose)).toBe(b.id);
    while (!strayEnded);
    return ended;
  };

  it("serves one tenant after the other", async () => {
    const { a, b } = world();
    const shared = lanes();
    for (const tenant of [a, b, a, a, b]) expect(await run(shared, tenant, whose)).toBe(tenant.id);
  });

  it("serves many at once, and those that have to wait", async () => {
    const { a, b } = world();
    const shared = lanes();
    const tenants = Array.from({ length: 60 }, (_, i) => (i % 2 ? a : b));
    const seen = await Promise.all(tenants.map((tenant) => run(shared, tenant, whose)));
    expect(seen).toEqual(tenants.map(({ id }) => id));
  });

  it("goes on in its tenant's name with what a failed request left under way", async () => {
    expect(await strayBranch()).toBe(world().a.id);
  });

  it("would leak if it changed hands before that (negative control)", async () => {
    vi.spyOn(Lane.prototype, "recovered").mockResolvedValue();
    expect(await strayBranch()).toBe(world().b.id);
  });

  it("is used again when that has ended", async () => {
    const { a, b } = world();
    const made = vi.spyOn(ScriptedEngine.prototype, "request");
    const shared = lanes();
    for (let i = 0; i < 20; i++) {
      await expect(run(shared, a, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await run(shared, b, whose)).toBe(b.id);
    }
    expect(new Set(made.mock.contexts).size).toBe(1);
  });
});

describe("a lane that serves nobody", () => {
  it("sends nothing", async () => {
    const parts = {
      database: { kind: "server" } as never,
      EngineClass: ScriptedEngine as unknown as EngineClass,
      config: {} as EngineConfig,
      compiler: { loadQueryCompiler: () => Promise.reject(new Error("not used")) },
      health: new LogHealth(),
    };
    const lane = new Lane(parts);
    const script = (adapter: SqlDriverAdapter) => adapter.queryRaw(WHOSE);
    await expect(lane.engine.request(script as unknown as Query, {})).rejects.toThrow("A statement without a tenant");
  });
});
