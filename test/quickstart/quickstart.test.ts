/** The built binary, as a process. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { QuickstartResult } from "../../src/quickstart/result.js";

const BIN = fileURLToPath(new URL("../../bin/run.js", import.meta.url));

/** Stands in for the machine's temporary folder, so that whatever is left in it is ours. */
let temp: string;
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), "azora-test-quickstart-"));
});
afterEach(() => {
  rmSync(temp, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function azora(
  args: string[],
  env: Record<string, string> = {},
  onOutput?: (stdout: string, pid: number) => void,
): Promise<Ended> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    // From 22.8 on Node keeps its compile cache in the temporary directory: not ours to take away.
    env: { PATH, HOME, TMPDIR: temp, NODE_DISABLE_COMPILE_CACHE: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onOutput?.(stdout, child.pid as number);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

test("--json prints one document with the figures, each as promised, and leaves nothing behind", async () => {
  const { code, stdout, stderr } = await azora(["quickstart", "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { ok, result } = JSON.parse(stdout) as { ok: boolean; result: QuickstartResult };
  expect(ok).toBe(true);
  const { figures, controlPlane, purge, tenants, attempts, logs } = result;

  expect(figures.recordsWithAccountId.percent).toBe(100);
  expect(figures.recordsWithAccountId.carrying).toBe(figures.recordsWithAccountId.total);
  expect(figures.recordsWithAccountId.total).toBeGreaterThan(300);
  expect(figures.rowsVisibleToControlPlane).toEqual({ visible: 0, total: figures.recordsWithAccountId.total });
  expect(figures.deletion).toMatchObject({ tables: 13, cascading: 13, rowsLeft: 0, rowsDeleted: purge.receipt.total });

  const records = tenants.reduce((total, tenant) => total + tenant.records, 0);
  expect(tenants.map(({ part }) => part)).toEqual(["A", "B", "C"]);
  expect(records).toBeGreaterThanOrEqual(300);
  expect(records).toBeLessThanOrEqual(600);

  expect(attempts.every(({ asPromised }) => asPromised)).toBe(true);
  expect(attempts.filter(({ outcome }) => outcome === "refused").length).toBeGreaterThanOrEqual(10);
  expect(controlPlane).toMatchObject({ login: "azora_admin", tables: 13, rights: 0 });
  expect(controlPlane.refused).toBe(controlPlane.tried);
  expect(controlPlane.tried).toBe(2 * controlPlane.tables + controlPlane.columns);

  expect(purge).toMatchObject({ signatureValid: true, rowsLeft: 0 });
  expect(purge.neighbours.map(({ before, after }) => before.sha256 === after.sha256 && before.rows > 0)).toEqual([true, true]);
  expect(logs.every(({ entries }) => entries > 0)).toBe(true);
  expect(result.kept).toBeNull();
  expect(readdirSync(temp)).toEqual([]);
});

test("--keep leaves a working installation and both logs; in a pipe the story is plain text", async () => {
  const kept = join(temp, "demo");
  const { code, stdout } = await azora(["quickstart", "--keep", kept]);
  expect(code).toBe(0);
  expect(stdout).toContain("9/9  Three figures");
  expect(stdout).toMatch(/Tenant rows that the control plane can select +0 of [\d,]+\n/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what must not be there
  expect(stdout).not.toMatch(/\u001b/);
  expect(readdirSync(temp)).toEqual(["demo"]);

  for (const log of ["brennholt-medical", "control-plane"]) {
    const lines = readFileSync(join(kept, "exports", `${log}.audit.jsonl`), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => typeof JSON.parse(line))).toContain("object");
  }
  const list = await azora(["tenant:list", "--json"], { AZORA_DATA_DIR: kept });
  expect(list.code).toBe(0);
  const { result } = JSON.parse(list.stdout) as { result: { tenants: { slug: string }[] } };
  expect(result.tenants.map(({ slug }) => slug)).toEqual(["brennholt-medical", "cathodia-labs"]);

  const again = await azora(["quickstart", "--keep", kept, "--json"]);
  expect(again.code).toBe(5);
  expect(JSON.parse(again.stdout)).toMatchObject({ ok: false, error: { code: "ALREADY_EXISTS", exit: 5 } });
});

test.each(["SIGINT", "SIGHUP"] as const)("%s in the middle leaves nothing behind", async (signal) => {
  let sent = false;
  const { code, stdout } = await azora(["quickstart"], {}, (text, pid) => {
    if (sent || !text.includes("2/9")) return;
    sent = true;
    process.kill(pid, signal);
  });
  expect(code).toBe(signal === "SIGINT" ? 130 : 129);
  expect(stdout).not.toContain("9/9");
  expect(existsSync(temp)).toBe(true);
  expect(readdirSync(temp)).toEqual([]);
});
