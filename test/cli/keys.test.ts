import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Azora, Azora as Installation, initialised, RUN } from "./azora.js";

interface Keys {
  readonly contextKey: { readonly id: string; readonly secret: string };
  readonly signingKey: { readonly id: string; readonly privateKey: string };
  readonly nextContextKey?: { readonly id: string };
  readonly formerContextKeys?: readonly { readonly id: string; readonly secret: string }[];
}

describe("keys", { timeout: 180_000 }, () => {
  let azora: Azora;
  /** Somebody else's machine: no installation, no database, and the file that was published first. */
  const elsewhere = new Installation();
  const file = (name: string) => join(azora.home, name);
  const config = (directory = azora.dataDir) => JSON.parse(readFileSync(join(directory, "config.json"), "utf8")) as Keys;
  const verify = (name: string, ...keys: string[]) =>
    elsewhere.json(["receipt:verify", file(name), ...keys.flatMap((key) => ["--public-key", file(key)])]);
  async function listed(env: Record<string, string> = {}) {
    const { exit, document } = await azora.json(["key:list"], env);
    expect(exit).toBe(0);
    return document.result.keys as readonly { kind: string; id: string; state: string }[];
  }

  async function done(...args: string[]): Promise<string> {
    const { exit, stdout, stderr } = await azora.run(args);
    expect({ exit, stderr: exit === 0 ? "" : stderr }, args.join(" ")).toEqual({ exit: 0, stderr: "" });
    return stdout;
  }

  beforeAll(async () => {
    azora = await initialised();
    mkdirSync(elsewhere.dataDir, { recursive: true });
    for (const slug of ["acme", "gone", "left"])
      await done("tenant:create", slug, "--slug", slug, "--owner-email", `o@${slug}.test`);
  });
  afterAll(() => Promise.all([azora?.remove(), elsewhere.remove()]));

  it("that sign contexts are replaced; the old one is good until it is retired, and then refused", async () => {
    const old = config();
    const dry = await azora.json(["key:rotate", "context", "--after", "24h", "--dry-run"]);
    expect(dry).toMatchObject({
      exit: 0,
      document: { result: { dryRun: true, newKey: null, ending: [{ id: old.contextKey.id }] } },
    });
    expect(config()).toEqual(old);
    const { stdout, document } = await azora.json(["key:rotate", "context"]);
    const { contextKey } = config();
    expect(document.result).toMatchObject({ changed: true, newKey: contextKey.id, ending: [] });
    for (const secret of [contextKey.secret, old.contextKey.secret]) expect(stdout).not.toContain(secret);
    expect(statSync(join(azora.dataDir, "config.json")).mode & 0o777).toBe(0o600);
    expect(await listed()).toMatchObject([
      { kind: "context", id: old.contextKey.id, state: "accepted" },
      { kind: "context", id: contextKey.id, state: "in use" },
      { kind: "signing", id: old.signingKey.id, state: "in use" },
    ]);
    // A process that was started with the old one, as a secret manager gave it.
    const before = { AZORA_CONTEXT_KEY: `${old.contextKey.id}:${old.contextKey.secret}` };
    expect(await azora.run(["user:list", "--tenant", "acme"], before)).toMatchObject({ exit: 0 });
    expect(await azora.run(["user:list", "--tenant", "acme"])).toMatchObject({ exit: 0 });
    const inUse = await azora.json(["key:rotate", "context", "--retire", contextKey.id]);
    expect(inUse).toMatchObject({ exit: 5, document: { error: { code: "CONFLICT" } } });
    expect(await done("key:rotate", "context", "--retire", old.contextKey.id)).toContain(old.contextKey.id);
    const refused = await azora.json(["user:list", "--tenant", "acme"], before);
    expect(refused).toMatchObject({ exit: 4, document: { error: { code: "CONTEXT_INVALID" } } });
    expect(config().formerContextKeys).toBeUndefined();
  });

  it("that come from the environment are written to a file, and never shown", async () => {
    const { contextKey } = config();
    const kept = { AZORA_CONTEXT_KEY: `${contextKey.id}:${contextKey.secret}` };
    const nowhere = await azora.json(["key:rotate", "context"], kept);
    expect(nowhere).toMatchObject({ exit: 6, document: { error: { code: "NEEDS_INPUT" } } });
    const output = file("context.key");
    const { exit, stdout, stderr } = await azora.run(["key:rotate", "context", "--output", output], kept);
    expect(exit).toBe(0);
    const text = readFileSync(output, "utf8").trim();
    expect(stdout + stderr).not.toContain(text.split(":")[1]);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(config().contextKey).toEqual(contextKey);
    expect(await azora.run(["user:list", "--tenant", "acme"], { AZORA_CONTEXT_KEY_FILE: output })).toMatchObject({ exit: 0 });
    expect(await listed({ AZORA_CONTEXT_KEY_FILE: output })).toContainEqual(
      expect.objectContaining({ id: text.split(":")[0], state: "in use" }),
    );
  });

  it("are replaced in the end by the next run, when one was killed", async () => {
    const before = config().contextKey.id;
    const environment = { PATH: process.env.PATH ?? "", HOME: azora.home, AZORA_DATA_DIR: azora.dataDir };
    const child = spawn(process.execPath, [RUN, "key:rotate", "context", "--now"], { env: environment, stdio: "ignore" });
    const ended = once(child, "exit");
    while (config().nextContextKey === undefined && child.exitCode === null) await sleep(1);
    child.kill("SIGKILL");
    await ended;
    const pending = config().nextContextKey?.id;
    const { document } = await azora.json(["key:rotate", "context", "--now"]);
    if (pending) expect(document.result).toMatchObject({ resumed: true, newKey: pending });
    expect(config().contextKey.id).not.toBe(before);
    expect(config().formerContextKeys).toBeUndefined();
    expect((await listed()).filter(({ kind, state }) => kind === "context" && state !== "retired")).toHaveLength(1);
    expect(await azora.run(["user:list", "--tenant", "acme"])).toMatchObject({ exit: 0 });
  });

  it("that sign receipts are replaced; what each has signed verifies with the file that was published before", async () => {
    const old = config().signingKey;
    writeFileSync(file("first.pem"), await done("key:show"));
    await done("audit:seal", "--out", file("checkpoints.jsonl"));
    await done("tenant:export", "acme", "--out", file("acme.tar"));
    await done("tenant:purge", "gone", "--now", "--confirm", "gone", "--reason", "left");
    await done("key:rotate", "signing");
    expect(config().signingKey.id).not.toBe(old.id);
    expect(readFileSync(join(azora.dataDir, "config.json"), "utf8")).not.toContain(old.privateKey.split("\n")[1]);
    await done("tenant:purge", "left", "--now", "--confirm", "left", "--reason", "left");
    await done("receipt:list", "--output", file("chain.json"));
    writeFileSync(file("both.pem"), await done("key:show"));
    writeFileSync(file("old.pem"), await done("key:show", "--id", old.id));
    writeFileSync(file("handovers.jsonl"), await done("key:show", "--handovers"));
    expect(readFileSync(file("old.pem"), "utf8")).toBe(readFileSync(file("first.pem"), "utf8"));
    expect((await azora.json(["key:show", "--published"])).document.result).toMatchObject({
      keys: expect.arrayContaining([expect.objectContaining({ id: old.id, until: expect.any(String) })]),
    });
    expect(await verify("chain.json", "both.pem")).toMatchObject({ exit: 0 });
    expect(await verify("chain.json", "first.pem", "handovers.jsonl")).toMatchObject({ exit: 0 });
    expect(await verify("chain.json", "first.pem")).toMatchObject({ exit: 9 });
    const altered = readFileSync(file("handovers.jsonl"), "utf8").replace(/"oldSignature":"..../, '"oldSignature":"AAAA');
    writeFileSync(file("altered.jsonl"), altered);
    expect(await verify("chain.json", "first.pem", "altered.jsonl")).toMatchObject({ exit: 9 });
    expect(await azora.json(["receipt:verify", "--chain"])).toMatchObject({ exit: 0 });
    await done("audit:seal", "--out", file("checkpoints.jsonl"));
    await done(
      "audit:verify",
      "--checkpoints",
      file("checkpoints.jsonl"),
      "--public-key",
      file("first.pem"),
      "--public-key",
      file("handovers.jsonl"),
    );
  });

  it("go with a backup, and a tenant that was exported before comes in after", async () => {
    await done("backup", "--out", file("backup.tar"), "--with-secrets");
    await done("tenant:purge", "acme", "--now", "--confirm", "acme", "--reason", "moves");
    expect(await done("tenant:import", file("acme.tar"))).toContain("acme");
    const env = { AZORA_DATA_DIR: join(azora.home, "restored") };
    expect(await azora.json(["restore", file("backup.tar"), "--yes"], env)).toMatchObject({
      exit: 0,
      document: { result: { comparison: { differences: [] }, checks: { failed: [] } } },
    });
    expect(await azora.json(["receipt:verify", "--chain"], env)).toMatchObject({ exit: 0 });
    expect(await azora.json(["audit:verify", "--checkpoints", file("checkpoints.jsonl")], env)).toMatchObject({ exit: 0 });
    expect(config(env.AZORA_DATA_DIR)).toEqual(config());
  });

  it("are the owner's alone, self-hosted or not, and asked for in words that are known", async () => {
    const noOwner = { AZORA_TENANT_URL: "postgresql://azora_runtime:x@127.0.0.1:1/none" };
    for (const args of [["key:list"], ["key:rotate", "context", "--output", file("x.key")]]) {
      expect(await azora.json(args, noOwner), args[0]).toMatchObject({
        exit: 2,
        document: { error: { code: "NOT_CONFIGURED" } },
      });
    }
    expect(await azora.json(["key:rotate", "other"])).toMatchObject({ exit: 2, document: { error: { code: "USAGE" } } });
    expect(await azora.json(["key:rotate", "context", "--now", "--after", "1h"])).toMatchObject({ exit: 2 });
    expect(await azora.json(["key:rotate", "signing", "--retire", "nobody"])).toMatchObject({ exit: 3 });
    const { controlLogin: _, ...rest } = JSON.parse(readFileSync(join(azora.dataDir, "config.json"), "utf8"));
    writeFileSync(join(azora.dataDir, "config.json"), JSON.stringify({ ...rest, selfHosted: true }));
    expect(await azora.json(["key:rotate", "context", "--after", "24h"])).toMatchObject({
      exit: 0,
      document: { result: { changed: true } },
    });
    expect(await azora.json(["doctor"])).toMatchObject({ exit: 0 });
  });
});
