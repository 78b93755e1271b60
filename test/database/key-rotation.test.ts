import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.js";
import { retireContextKey, rotateContextKey } from "../../src/installation/keys/rotate-context-key.js";
import type { RotationStep } from "../../src/installation/keys/rotation.js";
import type { ContextKey } from "../../src/tenant-plane/context.js";
import { openTenantDb } from "../../src/tenant-plane/tenant-db.js";
import { Application, KeyFile } from "../support/rotating.js";
import { describeOnBothEngines } from "../support/world.js";

const STEPS: readonly RotationStep[] = ["written down", "in the database", "in use", "old ones end", "forgotten"];

describeOnBothEngines("a key that signs contexts", (world) => {
  let file: KeyFile;
  beforeEach(async () => {
    await world().look("DELETE FROM guard.context_keys WHERE id <> $1", world().contextKey.id);
    await world().look("UPDATE guard.context_keys SET retired_at = 'infinity'");
    file = new KeyFile(world());
  });
  const request = async (key: ContextKey) => {
    const db = openTenantDb({ engine: world().engine, contextKey: key }, { accountId: world().a.id, actor: "app" });
    return db.document.count();
  };
  const keys = () =>
    world().look<{ id: string; ended: boolean }>(
      "SELECT id, retired_at <= now() AS ended FROM guard.context_keys ORDER BY created_at, id",
    );
  const retire = (id: string) => file.locked((ground) => retireContextKey(ground, id, { dryRun: false }));

  /** Rotates under load: the old process goes on, a new one is started when the file has the new key. */
  async function requestsRefused(): Promise<number> {
    const old = new Application(world(), world().contextKey, world().a);
    let young: Application | undefined;
    try {
      await old.serves();
      await file.rotate("context", { endsAfter: 3600 });
      young = new Application(world(), file.contextKey, world().a);
      await Promise.all([old.serves(), young.serves()]);
      await old.stop();
      await retire(world().contextKey.id);
      await young.serves();
    } finally {
      await Promise.all([old.stop(), young?.stop()]);
    }
    expect(young?.key.id).not.toBe(old.key.id);
    expect(old.served + (young?.served ?? 0)).toBeGreaterThan(0);
    return old.refused.length + (young?.refused.length ?? 0);
  }

  it("is replaced under load, and not one request is refused", async () => {
    expect(await requestsRefused()).toBe(0);
    await expect(request(world().contextKey)).rejects.toMatchObject({ code: "CONTEXT_INVALID" });
    expect(await request(file.contextKey)).toBeGreaterThan(0);
  });

  it.each([
    ["the second key isn't taken", "k.retired_at > statement_timestamp()", "k.id = 'test'"],
    ["an old key is refused as soon as there is a new one", "k.retired_at > statement_timestamp()", "k.retired_at = 'infinity'"],
  ])("goes red where %s", async (_, from, to) => {
    const [row] = await world().look<{ source: string }>(
      "SELECT pg_get_functiondef('guard.current_account()'::regprocedure) AS source",
    );
    expect(row?.source).toContain(from);
    await world().look((row?.source ?? "").replace(from, to));
    try {
      expect(await requestsRefused()).toBeGreaterThan(0);
    } finally {
      await world().look(row?.source ?? "");
    }
  });

  it("stays in a file that nobody else reads, and out of what is said", async () => {
    const result = await file.rotate("context");
    expect(file.mode).toBe(0o600);
    const { contextKey, formerContextKeys, nextContextKey } = file.content;
    expect(contextKey.id).toBe(result.newKey);
    expect(formerContextKeys).toEqual([world().prepared.contextKey]);
    expect(nextContextKey).toBeUndefined();
    const lines = await world().look(
      "SELECT to_jsonb(l) AS line FROM control.admin_audit_log l WHERE action LIKE 'context_keys.%'",
    );
    const said = JSON.stringify([result, lines]);
    for (const secret of [contextKey.secret, Buffer.from(contextKey.secret, "base64").toString("hex"), "pad"]) {
      expect(said).not.toContain(secret);
    }
    expect(said).toContain('"command":"key:rotate"');
  });

  it("ends when its time has come, by the database's clock and with nobody's help", async () => {
    await file.rotate("context", { endsAfter: 1 });
    expect(await request(world().contextKey)).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await expect(request(world().contextKey)).rejects.toMatchObject({ code: "CONTEXT_INVALID" });
    // Another rotation forgets it in the file too.
    await file.rotate("context", { endsAfter: 3600 });
    expect(file.content.formerContextKeys?.map(({ id }) => id)).not.toContain(world().contextKey.id);
    expect(file.content.formerContextKeys).toMatchObject([{ retiresAt: expect.any(String) }]);
  });

  it("ends at once when somebody else may have it, with all before it, also in a transaction that is open", async () => {
    const db = openTenantDb(
      { engine: world().engine, contextKey: world().contextKey },
      { accountId: world().a.id, actor: "thief" },
    );
    const rotate = () => file.rotate("context", { endsAfter: 0, compromised: true });
    if (world().kind === "embedded") await rotate(); // One session: a transaction that is open keeps the rotation waiting.
    const stolen = db.$transaction(async (tx) => {
      if (world().kind === "server") {
        await tx.document.count();
        await rotate();
      }
      return tx.document.count();
    });
    await expect(stolen).rejects.toMatchObject({ code: "CONTEXT_INVALID" });
    expect(file.content.formerContextKeys).toBeUndefined();
    expect(await request(file.contextKey)).toBeGreaterThan(0);
  });

  it("that is in use, or the only one, can't be ended", async () => {
    await expect(retire(world().contextKey.id)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(retire("nobody")).rejects.toMatchObject({ code: "NOT_FOUND" });
    const { newKey } = await file.rotate("context");
    await expect(retire(newKey ?? "")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await retire(world().contextKey.id)).toMatchObject({ changed: true });
    expect(await retire(world().contextKey.id)).toMatchObject({ changed: false });
  });

  it.each(STEPS)("is replaced in the end when a run stops behind the step: %s", async (last) => {
    const stop = (step: RotationStep) => {
      if (step === last) throw new Error("stopped");
    };
    await expect(file.rotate("context", { endsAfter: 3600, onStep: stop })).rejects.toThrow("stopped");
    // Who runs goes on, and who is started now works too.
    expect(await request(world().contextKey)).toBeGreaterThan(0);
    expect(await request(file.contextKey)).toBeGreaterThan(0);
    if (last === "forgotten") return expect(file.content.nextContextKey).toBeUndefined();
    const pending = file.content.nextContextKey?.id;
    const result = await file.rotate("context", { endsAfter: 3600 });
    expect(result).toMatchObject({ newKey: pending, resumed: true });
    expect((await keys()).map(({ id }) => id)).toEqual([world().contextKey.id, pending]);
    expect(file.content).toMatchObject({ contextKey: { id: pending }, formerContextKeys: [{ retiresAt: expect.any(String) }] });
    expect(file.content.nextContextKey).toBeUndefined();
  });

  it("is only shown by a dry run", async () => {
    const before = JSON.stringify([await keys(), file.content]);
    expect(await file.rotate("context", { dryRun: true, endsAfter: 0 })).toMatchObject({
      newKey: null,
      ending: [{ id: "test" }],
    });
    expect(JSON.stringify([await keys(), file.content])).toBe(before);
  });

  it("is one rotation's at a time", async () => {
    if (world().kind === "embedded") return; // One session, and one process by its lock.
    await file.locked(async () => expect(file.rotate("context")).rejects.toMatchObject({ code: "LOCKED" }));
  });

  describe("that somebody else keeps", () => {
    const old = () => `${world().prepared.contextKey.id}:${world().prepared.contextKey.secret}`;
    beforeEach(() => {
      // The environment's, as a secret manager gives it; the file knows none.
      const { contextKey: _, ...rest } = file.content;
      writeFileSync(file.path, JSON.stringify(rest));
    });
    const rotate = (output?: string, onStep?: (step: RotationStep) => void) =>
      file.locked(async ({ client }) => {
        const config = loadConfig({ AZORA_DATA_DIR: file.directory, AZORA_CONTEXT_KEY: old() });
        const more = { ...(output && { output }), ...(onStep && { onStep }) };
        return rotateContextKey({ config, client }, { endsAfter: 3600, compromised: false, dryRun: false, ...more });
      });
    const keyIn = (path: string): ContextKey => {
      const [id = "", secret = ""] = readFileSync(path, "utf8").trim().split(":");
      return { id, secret: Buffer.from(secret, "base64") };
    };

    it("is written to a file of its own, once, whatever stops the run", async () => {
      const output = join(file.directory, "new.key");
      await expect(rotate()).rejects.toMatchObject({ code: "NEEDS_INPUT" });
      const stop = (step: RotationStep) => {
        if (step === "written down") throw new Error("stopped");
      };
      await expect(rotate(output, stop)).rejects.toThrow("stopped");
      const { id } = keyIn(output);
      expect(await rotate(output)).toMatchObject({ newKey: id, resumed: true, output });
      expect(statSync(output).mode & 0o777).toBe(0o600);
      expect(await request(keyIn(output))).toBeGreaterThan(0);
      expect(await request(world().contextKey)).toBeGreaterThan(0);
      expect(file.content.contextKey).toBeUndefined();
    });

    it("isn't taken from a file that holds something else, or a key that has had its end", async () => {
      const output = join(file.directory, "other.key");
      for (const text of ["notes", old()]) {
        writeFileSync(output, text);
        await expect(rotate(output)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
        expect(readFileSync(output, "utf8")).toBe(text);
      }
      await world().look(
        "INSERT INTO guard.context_keys SELECT 'gone', inner_pad, outer_pad, created_at, now() FROM guard.context_keys WHERE id = 'test'",
      );
      writeFileSync(output, `gone:${randomBytes(32).toString("base64")}`);
      await expect(rotate(output)).rejects.toMatchObject({ code: "CONFLICT" });
      const nowhere = join(file.directory, "nowhere", "x.key");
      await expect(rotate(nowhere)).rejects.toMatchObject({ code: "INVALID_INPUT" });
      expect(existsSync(nowhere)).toBe(false);
    });
  });
});
