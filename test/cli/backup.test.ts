import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Manifest } from "../../src/installation/backup/manifest.js";
import { damaged, renamedIn, rewritten } from "../support/backups.js";
import { type Azora, initialised, RUN } from "./azora.js";

describe("a backup of the embedded engine", () => {
  let azora: Azora;
  let file: string;
  beforeAll(async () => {
    azora = await initialised();
    file = join(azora.home, "backup.tar");
    await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "owner@acme.test"]);
  });
  afterAll(() => azora?.remove());

  /** An empty place to restore into. */
  const place = (name: string) => ({ AZORA_DATA_DIR: join(azora.home, name) });

  it("is one file of its owner's alone, tried by restoring it", async () => {
    const { exit, document } = await azora.json(["backup", "--out", file, "--test-restore"]);
    expect({ exit, error: document.error }).toEqual({ exit: 0, error: undefined });
    expect(document.result).toMatchObject({ file, test: { differences: [] }, manifest: { engine: "embedded", secrets: false } });
    expect(document.result.test.rows).toBeGreaterThan(30);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { tables } = document.result.manifest as Manifest;
    expect(tables.find(({ name }) => name === "tenant.users")).toMatchObject({ rows: 1 });
    expect(await azora.json(["backup", "--out", file])).toMatchObject({
      exit: 5,
      document: { error: { code: "ALREADY_EXISTS" } },
    });
  });

  it("can be read by tar, and the configuration is in it when that is asked for", async () => {
    const secret = join(azora.home, "secret.tar");
    expect((await azora.run(["backup", "--out", secret, "--with-secrets"])).exit).toBe(0);
    const names = (archive: string) => execFileSync("tar", ["-tf", archive], { encoding: "utf8" }).trim().split("\n");
    expect(names(file)).toEqual(["pgdata.tar.gz.00000", "manifest.json"]);
    expect(names(secret)).toEqual(["pgdata.tar.gz.00000", "config.json", "manifest.json"]);
    const config = readFileSync(join(azora.dataDir, "config.json"), "utf8");
    expect(execFileSync("tar", ["-xOf", secret, "config.json"], { encoding: "utf8" })).toBe(config);
  });

  it("gets a name of its own in a directory", async () => {
    const { document } = await azora.json(["backup", "--out", azora.home]);
    expect(document.result.file).toMatch(/\/azora-\d{8}T\d{6}Z\.tar$/);
  });

  it("is restored into an empty place, with new keys, and checked there", async () => {
    const env = place("restored");
    expect(await azora.json(["restore", file], env)).toMatchObject({
      exit: 6,
      document: { error: { code: "NEEDS_CONFIRMATION" } },
    });
    const tried = await azora.json(["restore", file, "--dry-run"], env);
    expect(tried).toMatchObject({ exit: 0, document: { result: { restored: false, dryRun: true } } });
    expect(existsSync(env.AZORA_DATA_DIR)).toBe(false);
    const { exit, document } = await azora.json(["restore", file, "--yes"], env);
    expect({ exit, error: document.error }).toEqual({ exit: 0, error: undefined });
    expect(document.result).toMatchObject({ comparison: { differences: [] }, checks: { failed: [], isolation: "clean" } });
    const [before, after] = [await azora.json(["tenant:show", "acme"]), await azora.json(["tenant:show", "acme"], env)];
    expect(after.document.result).toEqual(before.document.result);
    const keyOf = (directory: string) =>
      (JSON.parse(readFileSync(join(directory, "config.json"), "utf8")) as { contextKey: { id: string } }).contextKey.id;
    expect(keyOf(env.AZORA_DATA_DIR)).not.toBe(keyOf(azora.dataDir));
    const purged = await azora.json(["tenant:purge", "acme", "--now", "--confirm", "acme"], env);
    expect(purged).toMatchObject({ exit: 0, document: { result: { purged: true } } });
    expect(await azora.json(["restore", file, "--yes"], env)).toMatchObject({
      exit: 5,
      document: { error: { code: "CONFLICT" } },
    });
  }, 180_000);

  it("brings its keys along when it has them", async () => {
    const env = place("with-keys");
    const { exit } = await azora.json(["restore", join(azora.home, "secret.tar"), "--yes"], env);
    expect(exit).toBe(0);
    const read = (directory: string) => JSON.parse(readFileSync(join(directory, "config.json"), "utf8")) as object;
    expect(read(env.AZORA_DATA_DIR)).toEqual(read(azora.dataDir));
  }, 120_000);

  it("is refused when a byte, its end or its manifest is gone, and when it is none", async () => {
    const bytes = readFileSync(file);
    const spoiled: [string, Buffer][] = [
      ["a byte changed", damaged(bytes)],
      ["its end cut off", bytes.subarray(0, bytes.length - 4096)],
      ["its middle cut off", bytes.subarray(0, bytes.length / 2)],
      ["without its manifest", renamedIn(bytes, "manifest.json", "manifesto.json")],
      ["no archive", Buffer.from("hello")],
    ];
    for (const [what, content] of spoiled) {
      const bad = join(azora.home, "bad.tar");
      writeFileSync(bad, content);
      const { exit, document } = await azora.json(["restore", bad, "--yes"], place("never"));
      expect({ what, exit, code: document.error?.code }).toEqual({ what, exit: 2, code: "INVALID_INPUT" });
    }
    expect(await azora.json(["restore", join(azora.home, "none.tar"), "--yes"], place("never"))).toMatchObject({ exit: 3 });
    expect(existsSync(place("never").AZORA_DATA_DIR)).toBe(false);
  });

  it("is found to differ from what its manifest says, table by table", async () => {
    const bad = join(azora.home, "wrong.tar");
    writeFileSync(
      bad,
      rewritten(readFileSync(file), (manifest) => ({
        ...manifest,
        tables: manifest.tables.map((table) =>
          table.name === "tenant.users"
            ? { ...table, rows: 2 }
            : table.name === "tenant.roles"
              ? { ...table, fingerprint: "0:0" }
              : table,
        ),
      })),
    );
    const { exit, document } = await azora.json(["restore", bad, "--yes"], place("wrong"));
    expect(exit).toBe(9);
    expect(document.result.comparison.differences).toEqual([
      "tenant.roles: 4 rows, but not the same",
      "tenant.users: 1 rows, not 2",
    ]);
  }, 120_000);

  it("of a newer azora, or a form that isn't known, is refused", async () => {
    const later = join(azora.home, "later.tar");
    const write = (change: Partial<Record<keyof Manifest, unknown>>) =>
      writeFileSync(
        later,
        rewritten(readFileSync(file), (manifest) => ({ ...manifest, ...change }) as Manifest),
      );
    write({ migrations: ["20991231000000_later"] });
    expect(await azora.json(["restore", later, "--yes"], place("never"))).toMatchObject({
      exit: 5,
      document: { error: { code: "DATABASE_NEWER" } },
    });
    write({ format: 2 });
    expect(await azora.json(["restore", later, "--yes"], place("never"))).toMatchObject({ exit: 2 });
  });

  it("is there whole or not at all when its restoring is killed, and the next command finishes it", async () => {
    const started = Date.now();
    await azora.run(["restore", file, "--yes"], place("timed"));
    const whole = Date.now() - started;
    for (const part of [0.2, 0.6]) {
      const env = place(`killed-${part}`);
      const child = spawn(process.execPath, [RUN, "restore", file, "--yes"], {
        env: { PATH: process.env.PATH, HOME: azora.home, ...env },
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await Promise.race([sleep(whole * part), ended]);
      child.kill("SIGKILL");
      await ended;
      const isThere = existsSync(join(env.AZORA_DATA_DIR, "pgdata"));
      const next = isThere ? ["init", "--embedded", "--yes"] : ["restore", file, "--yes"];
      expect({ next, exit: (await azora.run(next, env)).exit }).toEqual({ next, exit: 0 });
      expect((await azora.json(["tenant:list"], env)).document.result.total).toBe(1);
    }
  }, 240_000);

  it("leaves nothing where the database is in use, or nothing is set up", async () => {
    const nowhere = await azora.json(["backup", "--out", join(azora.home, "x.tar")], place("never"));
    expect(nowhere).toMatchObject({ exit: 2, document: { error: { code: "NOT_CONFIGURED" } } });
    expect(readdirSync(azora.home).filter((name) => name.includes("x.tar"))).toEqual([]);
    rmSync(join(azora.home, "bad.tar"), { force: true });
  });
});
