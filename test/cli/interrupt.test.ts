import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { Azora, RUN } from "./azora.js";

const azora = new Azora();
afterAll(() => azora.remove());

/** Whether the process is at work on the directory: one that was ended leaves its lock to the next. */
function holdsLock(pid: number | undefined): boolean {
  const lock = join(azora.dataDir, "lock");
  return existsSync(lock) && readFileSync(lock, "utf8").includes(`"pid":${pid},`);
}

/** Starts `azora init`, and sends a signal as soon as it is at work on the directory. */
function interruptInit(
  signal: "SIGINT" | "SIGTERM",
  ...flags: string[]
): Promise<{ exit: number | null; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH ?? "", AZORA_DATA_DIR: azora.dataDir };
  const child = spawn(process.execPath, [RUN, "init", "--embedded", ...flags], { env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const timer = setInterval(() => {
    if (!holdsLock(child.pid)) return;
    clearInterval(timer);
    // Twice, as people do.
    child.kill(signal);
    child.kill(signal);
  }, 20);
  return new Promise((resolve) =>
    child.once("close", (exit) => {
      clearInterval(timer);
      resolve({ exit, stdout, stderr });
    }),
  );
}

it("an interrupted command ends with 130, says that nothing is half done, and can be run again", async () => {
  const text = await interruptInit("SIGINT");
  expect(text).toMatchObject({ exit: 130, stdout: "", stderr: expect.stringContaining("Nothing is half done") });
  const document = await interruptInit("SIGTERM", "--json");
  expect(document.exit).toBe(130);
  expect(JSON.parse(document.stdout)).toMatchObject({ ok: false, error: { code: "INTERRUPTED", exit: 130 } });
  const { exit } = await azora.run(["init", "--embedded"]);
  expect(exit).toBe(0);
  expect((await azora.json(["doctor"])).document.ok).toBe(true);
});
