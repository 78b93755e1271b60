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
  async function done(...args: string[]): Promise<string> {
    const { exit, stdout, stderr } = await azora.run(args);
    expect({ exit, stderr: exit === 0 ? "" : stderr }, args.join(" ")).toEqual({ exit: 0, stderr: "" });
    return stdout;
  }

  beforeAll(async () => {
    azora = await initialised();
    mkdirSync(elsewhere.dataDir, { recursive: true });
    for (const slug of ["acme", "left"]) await done("tenant:create", slug, "--slug", slug, "--owner-email", `o@${slug}.test`);
  });
  afterAll(() => Promise.all([azora?.remove(), elsewhere.remove()]));

  it("that sign contexts are replaced; the old one is good until it is retired, and then refused", async () => {
    const old = config();
    const { stdout, document } = await azora.json(["key:rotate", "context"]);
    const { contextKey } = config();
    expect(document.result).toMatchObject({ changed: true, newKey: contextKey.id, ending: [] });
    for (const secret of [contextKey.secret, old.contextKey.secret]) expect(stdout).not.toContain(secret);
    expect(statSync(join(azora.dataDir, "config.json")).mode & 0o777).toBe(0o600);
    expect((await azora.json(["key:list"])).document.result.keys).toMatchObject([
      { kind: "context", id: old.contextKey.id, state: "accepted" },
      { kind: "context", id: contextKey.id, state: "in use" },
      { kind: "signing", id: old.signingKey.id, state: "in use" },
    ]);
    // A process that was started with the old one, as a secret manager gave it.
    const before = { AZORA_CONTEXT_KEY: `${old.contextKey.id}:${old.contextKey.secret}` };
    expect(await azora.run(["user:list", "--tenant", "acme"], before)).toMatchObject({ exit: 0 });
    expect(await azora.run(["user:list", "--tenant", "acme"])).toMatchObject({ exit: 0 });
    expect(await done("key:rotate", "context", "--retire", old.contextKey.id)).toContain(old.contextKey.id);
    const refused = await azora.json(["user:list", "--tenant", "acme"], before);
    expect(refused).toMatchObject({ exit: 4, document: { error: { code: "CONTEXT_INVALID" } } });
    expect(config().formerContextKeys).toBeUndefined();
  });

  it("that come from the environment are written to a file, and never shown", async () => {
    const { contextKey } = config();
    const output = file("context.key");
    const kept = { AZORA_CONTEXT_KEY: `${contextKey.id}:${contextKey.secret}` };
    const { exit, stdout, stderr } = await azora.run(["key:rotate", "context", "--output", output], kept);
    expect(exit).toBe(0);
    const [id, secret] = readFileSync(output, "utf8").trim().split(":");
    expect(stdout).toContain(id);
    expect(stdout + stderr).not.toContain(secret);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(config().contextKey).toEqual(contextKey);
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
    expect(config().nextContextKey).toBeUndefined();
    expect(config().formerContextKeys).toBeUndefined();
    expect(await azora.run(["user:list", "--tenant", "acme"])).toMatchObject({ exit: 0 });
  });

  it("that sign receipts are replaced; what each has signed verifies with the file that was published before", async () => {
    const old = config().signingKey;
    writeFileSync(file("first.pem"), await done("key:show"));
    await done("tenant:export", "acme", "--out", file("acme.tar"));
    await done("tenant:purge", "acme", "--now", "--confirm", "acme", "--reason", "left");
    await done("key:rotate", "signing");
    expect(config().signingKey.id).not.toBe(old.id);
    expect(readFileSync(join(azora.dataDir, "config.json"), "utf8")).not.toContain(old.privateKey.split("\n")[1]);
    await done("tenant:purge", "left", "--now", "--confirm", "left", "--reason", "left");
    await done("receipt:list", "--output", file("chain.json"));
    writeFileSync(file("both.pem"), await done("key:show"));
    writeFileSync(file("handovers.jsonl"), await done("key:show", "--handovers"));
    expect(await verify("chain.json", "both.pem")).toMatchObject({ exit: 0 });
    expect(await verify("chain.json", "first.pem", "handovers.jsonl")).toMatchObject({ exit: 0 });
    // Red without what leads from the one to the other.
    expect(await verify("chain.json", "first.pem")).toMatchObject({ exit: 9 });
  });

  it("go with a backup, and a tenant that was exported before comes in after", async () => {
    expect(await done("tenant:import", file("acme.tar"))).toContain("acme");
    await done("backup", "--out", file("backup.tar"), "--with-secrets");
    const env = { AZORA_DATA_DIR: join(azora.home, "restored") };
    const { exit, document } = await azora.json(["restore", file("backup.tar"), "--yes"], env);
    expect({ exit, checks: document.result?.checks }).toMatchObject({ exit: 0, checks: { failed: [] } });
    expect(await azora.json(["receipt:verify", "--chain"], env)).toMatchObject({ exit: 0 });
    expect(config(env.AZORA_DATA_DIR)).toEqual(config());
  });

  it("are the owner's alone, self-hosted or not", async () => {
    const noOwner = { AZORA_TENANT_URL: "postgresql://azora_runtime:x@127.0.0.1:1/none" };
    expect(await azora.json(["key:list"], noOwner)).toMatchObject({ exit: 2, document: { error: { code: "NOT_CONFIGURED" } } });
    const { controlLogin: _, ...rest } = JSON.parse(readFileSync(join(azora.dataDir, "config.json"), "utf8"));
    writeFileSync(join(azora.dataDir, "config.json"), JSON.stringify({ ...rest, selfHosted: true }));
    const { exit, document } = await azora.json(["key:rotate", "context", "--after", "24h"]);
    expect({ exit, result: document.result }).toMatchObject({ exit: 0, result: { changed: true, resumed: false } });
  });
});
