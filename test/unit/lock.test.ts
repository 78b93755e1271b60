import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeLock } from "../../src/database/embedded/lock.js";

describe("takeLock()", () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "azora-lock-"));
    file = join(dir, "data", "lock");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const holder = (change: object) => {
    takeLock(file)();
    const release = takeLock(file);
    const mine = JSON.parse(readFileSync(file, "utf8"));
    release();
    writeFileSync(file, JSON.stringify({ ...mine, ...change }));
  };
  const locked = expect.objectContaining({ code: "LOCKED" });

  it("makes the directory and a file that others can't read, and takes it away again", () => {
    const release = takeLock(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, "data")).mode & 0o777).toBe(0o700);
    release();
    expect(existsSync(file)).toBe(false);
  });

  it("refuses a second holder, and names the first by process, command and time", () => {
    const release = takeLock(file);
    const { startedAt } = JSON.parse(readFileSync(file, "utf8"));
    expect(() => takeLock(file)).toThrowError(locked);
    expect(() => takeLock(file)).toThrowError(new RegExp(`process ${process.pid} .*since ${startedAt}`));
    release();
    takeLock(file)();
  });

  it("takes over from a process that is dead", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => child.once("exit", resolve));
    holder({ pid: child.pid });
    takeLock(file)();
    expect(existsSync(file)).toBe(false);
  });

  it("respects another process that lives", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    await new Promise((resolve) => child.once("spawn", resolve));
    const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
    holder({ pid: child.pid, processStart: stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] });
    expect(() => takeLock(file)).toThrowError(locked);
    child.kill();
    await new Promise((resolve) => child.once("exit", resolve));
    takeLock(file)();
  });

  it("isn't taken in by another process that has the dead one's number", () => {
    holder({ processStart: "1" });
    takeLock(file)();
  });

  it("leaves a holder on another machine alone: this one can't see whether it lives", () => {
    holder({ host: `not-${hostname()}`, pid: 1 });
    expect(() => takeLock(file)).toThrowError(/on not-/);
  });

  it("takes over a file that its writer didn't finish", () => {
    takeLock(file)();
    writeFileSync(file, '{"pid":');
    takeLock(file)();
  });

  it("doesn't take away the lock of whoever took over meanwhile", () => {
    const release = takeLock(file);
    const other = JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), pid: 1, processStart: "7" });
    writeFileSync(file, other);
    release();
    expect(readFileSync(file, "utf8")).toBe(other);
  });

  it("says when the directory can't be made", () => {
    writeFileSync(join(dir, "data"), "in the way");
    expect(() => takeLock(file)).toThrowError(
      expect.objectContaining({ code: "FAILURE", hint: expect.stringContaining("AZORA_DATA_DIR") }),
    );
  });
});
