import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer } from "../support/postgres-server.js";
import { findSystemPostgres, NO_SYSTEM_POSTGRES } from "../support/system-postgres.js";

const postgres = findSystemPostgres();
const run = fileURLToPath(new URL("../../bin/run.js", import.meta.url));
const guide = readFileSync(new URL("../../docs/self-hosting.md", import.meta.url), "utf8");

/** Every line of the guide that it says is run. */
const lines = [...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => (block as string).trim().split("\n"));

describe.skipIf(!postgres)(`docs/self-hosting.md (${NO_SYSTEM_POSTGRES})`, () => {
  const home = mkdtempSync(join(tmpdir(), "azora-guide-"));
  const programs = join(home, "bin");
  let server: StartedServer;

  beforeAll(async () => {
    server = await startServer({}, postgres?.bin);
    const { port, password } = new URL(server.url);
    mkdirSync(programs);
    const program = (name: string, text: string) => {
      writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(programs, name), 0o755);
    };
    program("azora", `exec '${process.execPath}' '${run}' "$@"`);
    // As on Debian: the user postgres is let in by the socket.
    program(
      "sudo",
      `[ "$1 $2" = "-u postgres" ] || exit 1\nshift 2\nPGHOST='${server.sockets}' PGPORT=${port} PGUSER=postgres PGPASSWORD='${password}' exec "$@"`,
    );
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** The lines as one script of a shell that stops at the first that fails, and names it. */
  async function follow(script: readonly string[], directory: string) {
    const { port } = new URL(server.url);
    const own = script.map((line) =>
      line.replace("AZORA_DATA_DIR=/var/lib/azora", `AZORA_DATA_DIR='${directory}'`).replace("PGPORT=5432", `PGPORT=${port}`),
    );
    const text = `set -eEuo pipefail\ntrap 'echo "FAILED: $BASH_COMMAND" >&2' ERR\n${own.join("\n")}\n`;
    const env = { PATH: `${programs}:${postgres?.bin}:${process.env.PATH}`, HOME: home, TZ: "UTC" };
    const child = spawn("bash", ["-c", text], { env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { exit, stdout, stderr };
  }

  it("has the steps that it promises", () => {
    for (const start of [
      "sudo -u postgres",
      "azora init --self-hosted",
      "azora doctor",
      "azora tenant:create",
      "azora isolation:verify --self-test",
      "azora backup",
      "azora restore",
    ]) {
      expect(
        lines.filter((line) => line.includes(start)),
        start,
      ).not.toEqual([]);
    }
    expect(lines.length).toBeGreaterThan(20);
  });

  it("leads from an empty server to a verified instance, line by line", async () => {
    const { exit, stdout, stderr } = await follow(lines, join(home, "azora"));
    expect({ exit, failed: /FAILED: .*/.exec(stderr)?.[0] }, stderr).toEqual({ exit: 0, failed: undefined });
    expect(stdout).toContain("self-hosted");
    expect(stdout).toMatch(/^acme\t/m);
    expect(stderr).toContain("was restored and compared");
    const log = readFileSync(join(home, "azora", "control-audit.jsonl"), "utf8");
    expect(log).toContain('"tenant.create"');
  }, 300_000);

  it("is not taken for good when one of its lines isn't", async () => {
    const wrong = lines.map((line) => line.replace("azora init --self-hosted", "azora init --self-hostedd"));
    const { exit, stderr } = await follow(
      [...wrong.slice(0, 2), ...wrong.filter((line) => line.includes("azora init"))],
      join(home, "wrong"),
    );
    expect(exit).toBe(2);
    expect(stderr).toContain("FAILED: azora init --self-hostedd");
  }, 300_000);
});
