import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/postgres-server.js";
import { Azora } from "./azora.js";

// Logins belong to the whole cluster, and init makes them: a cluster that is only lent has others' already.
const isLent = process.env.AZORA_TEST_SERVER_URL !== undefined;

describe.skipIf(isLent)("operators on a server of its own", () => {
  const azora = new Azora();
  let server: TestServer;
  let control: URL;
  beforeAll(async () => {
    server = await startServer();
    await azora.run(["init", "--yes"], { AZORA_OWNER_URL: server.url });
    control = new URL(
      (JSON.parse(readFileSync(join(azora.dataDir, "config.json"), "utf8")) as { controlUrl: string }).controlUrl,
    );
  });
  afterAll(async () => {
    await server?.stop();
    await azora.remove();
  });

  const file = (name: string) => join(azora.home, name);
  const as = (login: string, password: string) => ({
    AZORA_CONTROL_URL: Object.assign(new URL(control), { username: login, password }).toString(),
  });

  it("are made with a password that is in the file and nowhere else", async () => {
    const made = await azora.json(["operator:create", "ada", "--role", "billing", "--password-file", file("ada")]);
    expect(made).toMatchObject({ exit: 0, stderr: "", document: { result: { changed: true, login: "ada", password: null } } });
    const password = readFileSync(file("ada"), "utf8").trim();
    expect(statSync(file("ada")).mode & 0o777).toBe(0o600);
    expect(made.stdout).not.toContain(password);
    expect((await azora.json(["whoami"], as("ada", password))).document.result).toMatchObject({ login: "ada", role: "billing" });
    expect(await azora.json(["operator:create", "eve", "--role", "support"], as("ada", password))).toMatchObject({ exit: 4 });
  });

  it("or are shown it once", async () => {
    const { stdout, stderr, exit } = await azora.run(["operator:create", "cron", "--role", "support", "--expires", "12h"]);
    const password = /^Password\t(\S{32})$/m.exec(stdout)?.[1] ?? "";
    expect({ exit, again: stderr.includes(password) }).toEqual({ exit: 0, again: false });
    expect(await azora.json(["tenant:list"], as("cron", password))).toMatchObject({ exit: 0 });
    const listed = (await azora.json(["operator:list"])).document.result.operators;
    expect(listed.map(({ login, role }: Record<string, string>) => `${login} ${role}`)).toEqual([
      "ada billing",
      "azora_admin vendor-admin",
      "cron support",
    ]);
  });

  it("leave no file behind when the database refuses, and never replace one", async () => {
    const taken = ["operator:create", "ada", "--role", "support", "--password-file"];
    expect(await azora.json([...taken, file("never")])).toMatchObject({
      exit: 5,
      document: { error: { code: "ALREADY_EXISTS" } },
    });
    expect(existsSync(file("never"))).toBe(false);
    const before = readFileSync(file("ada"), "utf8");
    expect((await azora.run(["operator:rotate", "ada", "--password-file", file("ada")])).exit).toBe(5);
    expect(readFileSync(file("ada"), "utf8")).toBe(before);
    expect((await azora.json(["whoami"], as("ada", before.trim()))).exit).toBe(0);
  });

  it("are printed for the database's administrator, without the password", async () => {
    const args = ["operator:create", "dora", "--role", "support", "--print-sql"];
    expect(await azora.json(args)).toMatchObject({ exit: 2, document: { error: { code: "USAGE" } } });
    const { stdout, exit } = await azora.run([...args, "--password-file", file("dora")]);
    expect(exit).toBe(0);
    expect(stdout).toContain('CREATE ROLE "dora" LOGIN');
    expect(stdout).not.toContain(readFileSync(file("dora"), "utf8").trim());
  });

  it("get another role, a new password and their leave, the last vendor admin none of it", async () => {
    const old = readFileSync(file("ada"), "utf8").trim();
    expect((await azora.json(["operator:grant", "ada", "--role", "support"])).document.result).toMatchObject({ changed: true });
    expect((await azora.run(["operator:rotate", "ada", "--password-file", file("ada-2")])).exit).toBe(0);
    expect(await azora.json(["whoami"], as("ada", old))).toMatchObject({ exit: 4 });
    expect((await azora.run(["operator:disable", "ada"])).exit).toBe(6);
    expect((await azora.json(["operator:disable", "ada", "--yes"])).document.result).toMatchObject({ changed: true });
    expect(await azora.json(["whoami"], as("ada", readFileSync(file("ada-2"), "utf8").trim()))).toMatchObject({ exit: 4 });
    const last = await azora.json(["operator:disable", "azora_admin", "--yes"]);
    expect(last).toMatchObject({ exit: 5, document: { error: { code: "ILLEGAL_STEP" } } });
    expect(await azora.json(["doctor"])).toMatchObject({ exit: 0 });
  });

  it("are let back in with a new password, and left with theirs when they are in", async () => {
    const back = await azora.run(["operator:enable", "ada", "--password-file", file("ada-3")]);
    expect(back).toMatchObject({ exit: 0 });
    const password = readFileSync(file("ada-3"), "utf8").trim();
    expect((await azora.json(["whoami"], as("ada", password))).document.result).toMatchObject({ role: "support" });
    expect(await azora.json(["whoami"], as("ada", readFileSync(file("ada-2"), "utf8").trim()))).toMatchObject({ exit: 4 });
    const again = await azora.json(["operator:enable", "ada", "--password-file", file("ada-4")]);
    expect(again).toMatchObject({ exit: 0, document: { result: { changed: false, password: null } } });
    expect(existsSync(file("ada-4"))).toBe(false);
    expect((await azora.json(["whoami"], as("ada", password))).exit).toBe(0);
  });

  it("ask for more approvals by themselves, and for fewer by the owner alone", async () => {
    const set = (value: string, ...flags: string[]) => ["settings:set", "purge.approvals", value, ...flags];
    expect((await azora.json(set("3"))).document.result).toMatchObject({ changed: true });
    expect(await azora.json(set("2"))).toMatchObject({ exit: 4, document: { error: { code: "NOT_PERMITTED" } } });
    expect(await azora.json(set("2", "--as-owner"))).toMatchObject({ exit: 2, document: { error: { code: "NOT_CONFIGURED" } } });
    const lowered = await azora.json(set("2", "--as-owner"), { AZORA_OWNER_URL: server.url });
    expect(lowered).toMatchObject({ exit: 0, document: { result: { changed: true, value: 2 } } });
    const { settings } = (await azora.json(["settings:list"])).document.result;
    expect(settings.find(({ key }: { key: string }) => key === "purge.approvals")).toMatchObject({ value: 2, initial: 1 });
    expect(await azora.json(["settings:set", "purge.aprovals", "2"])).toMatchObject({ exit: 3 });
    expect(await azora.json(set("none"))).toMatchObject({ exit: 2 });
    const log = await azora.run(["audit:export", "--control-plane", "--action", "settings.update"]);
    expect(log.stdout).toContain('"operator" : "postgres"');
  });
});
