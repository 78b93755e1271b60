import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { ocsfProblems } from "../support/ocsf.js";
import { type Azora, initialised, RUN } from "./azora.js";

let azora: Azora;
beforeAll(async () => {
  azora = await initialised();
  await azora.run(["tenant:create", '=Acme, "Quality"', "--slug", "acme", "--owner-email", "owner@acme.test"]);
});
afterAll(() => azora.remove());

function lines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("to stdout", () => {
  it("is one JSON object a line, with and without --json", async () => {
    for (const flags of [["--output", "-"], ["--json"]]) {
      const { exit, stdout, stderr } = await azora.run([
        "audit:export",
        "--control-plane",
        "--action",
        "tenant.create",
        ...flags,
      ]);
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
      expect(lines(stdout)).toMatchObject([{ operator: "azora_admin", action: "tenant.create", accountSlug: "acme" }]);
    }
  });

  it("names the operator as the actor of the reading, in the tenant's own log", async () => {
    await azora.run(["audit:export", "--tenant", "acme"]);
    const { stdout } = await azora.run(["audit:export", "--tenant", "acme", "--action", "read"]);
    expect(lines(stdout)[0]).toMatchObject({ actor: "operator:azora_admin", operation: "read" });
  });

  it("takes an id as well as a slug, and a period", async () => {
    const { id } = (await azora.json(["tenant:show", "acme"])).document.result.tenant;
    const { stdout } = await azora.run(["audit:export", "--tenant", id, "--since", "2020-01-01", "--action", "create"]);
    expect(lines(stdout).length).toBeGreaterThan(10);
    const none = await azora.run(["audit:export", "--tenant", id, "--until", "2020-01-01T10:00:00Z"]);
    expect(none).toMatchObject({ exit: 0, stdout: "" });
  });

  it("is CSV by RFC 4180, in which no cell is a formula", async () => {
    await azora.run(["tenant:suspend", "acme", "--reason", '=HYPERLINK("x"),\n', "--yes"]);
    await azora.run(["tenant:resume", "acme"]);
    const { stdout } = await azora.run(["audit:export", "--control-plane", "--format", "csv", "--action", "tenant.suspend"]);
    const [titles, row] = stdout.split("\r\n");
    expect(titles).toBe(
      "id,occurredAt,operator,action,outcome,accountId,accountSlug,oldValues,newValues,reason,message,command,requestId,transactionId,contentHash",
    );
    expect(row).toContain('""suspension"": ""full""');
    expect(stdout).toContain(",\"'=HYPERLINK(");
    expect(row?.split(",")[2]).toBe("azora_admin");
  });

  it("can't be CSV and a JSON document at once", async () => {
    const { exit, document } = await azora.json(["audit:export", "--control-plane", "--format", "csv"]);
    expect(exit).toBe(2);
    expect(document.error?.code).toBe("USAGE");
  });
});

describe("to a file", () => {
  it("is whole, its owner's alone, and said in the result", async () => {
    const file = join(azora.home, "log.jsonl");
    const { exit, document } = await azora.json(["audit:export", "--tenant", "acme", "--output", file]);
    expect(exit).toBe(0);
    const text = readFileSync(file, "utf8");
    expect(document.result).toEqual({
      ...{ file, entries: lines(text).length, format: "jsonl", compression: "none", manifest: null, counts: true },
      sha256: createHash("sha256").update(text).digest("hex"),
      cursor: expect.stringMatching(/^\d+:\d+:/),
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(azora.home).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("replaces nothing without --force", async () => {
    const file = join(azora.home, "there.csv");
    writeFileSync(file, "mine");
    const refused = await azora.json(["audit:export", "--control-plane", "--format", "csv", "--output", file]);
    expect(refused).toMatchObject({ exit: 5, document: { error: { code: "ALREADY_EXISTS" } } });
    expect(readFileSync(file, "utf8")).toBe("mine");
    const forced = await azora.run(["audit:export", "--control-plane", "--format", "csv", "--output", file, "--force"]);
    expect(forced).toMatchObject({ exit: 0, stdout: "", stderr: expect.stringContaining("entries written") });
    expect(readFileSync(file, "utf8")).toMatch(/^id,occurredAt/);
  });

  it("has a manifest beside it, and is continued by its cursor: nothing twice, nothing left out", async () => {
    const [file, manifestFile] = [join(azora.home, "one.jsonl.gz"), join(azora.home, "one.manifest.json")];
    const target = ["--tenant", "acme", "--action", "create"];
    await azora.run(["audit:export", ...target, "--gzip", "--output", file, "--manifest", manifestFile]);
    const bytes = readFileSync(file);
    const first = lines(gunzipSync(bytes).toString());
    const manifest = JSON.parse(readFileSync(manifestFile, "utf8")) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      ...{ log: "tenant", file, format: "jsonl", compression: "gzip", bytes: bytes.length, rows: first.length, after: null },
      ...{ filters: { action: "create" }, firstId: first[0]?.id, lastId: first.at(-1)?.id },
      sha256: createHash("sha256").update(bytes).digest("hex"),
      schema: { name: "azora.audit.tenant", fields: { id: "uuid", occurredAt: "time", newValues: "json" } },
    });
    expect(statSync(manifestFile).mode & 0o777).toBe(0o600);
    const { stdout } = await azora.run(["audit:export", "--tenant", "acme", "--after", String(manifest.cursor)]);
    // All that has happened since are the two readings.
    expect(lines(stdout)).toMatchObject([{ operation: "read" }, { operation: "read" }].slice(0, lines(stdout).length));
    expect(lines(stdout).length).toBeGreaterThan(0);
    expect(await azora.json(["audit:export", ...target, "--after", "tomorrow"])).toMatchObject({ exit: 2 });
  });

  it("is Parquet and OCSF as others read them", async () => {
    const parquet = join(azora.home, "log.parquet");
    const { document } = await azora.json(["audit:export", "--tenant", "acme", "--format", "parquet", "--output", parquet]);
    const rows = await parquetReadObjects({ file: new Uint8Array(readFileSync(parquet)).buffer });
    expect(rows).toHaveLength(document.result.entries);
    expect(rows[0]).toMatchObject({ occurredAt: expect.any(Date), operation: "create" });
    const { stdout } = await azora.run(["audit:export", "--control-plane", "--format", "ocsf"]);
    for (const event of lines(stdout)) expect(ocsfProblems(event)).toEqual([]);
    expect(lines(stdout).length).toBeGreaterThan(5);
    expect(await azora.json(["audit:export", "--control-plane", "--format", "parquet"])).toMatchObject({ exit: 2 });
    expect(await azora.json(["audit:export", "--control-plane", "--gzip", "--zstd"])).toMatchObject({ exit: 2 });
    expect(await azora.json(["audit:export", "--control-plane", "--table", "documents"])).toMatchObject({ exit: 2 });
  });

  it("isn't there when it was interrupted, and neither is a part of it", async () => {
    const { id } = (await azora.json(["tenant:show", "acme"])).document.result.tenant;
    const engine = openEmbedded({ dataDir: azora.dataDir, controlLogin: "azora_admin" });
    await (await engine.pool("owner")).query(
      `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
       SELECT $1, 'many', 'create', 'documents', g::text, to_jsonb(repeat('x', 500)) FROM generate_series(1, 30000) g`,
      [id],
    );
    await engine.close();
    const file = join(azora.home, "interrupted.csv");
    const env = { PATH: process.env.PATH ?? "", HOME: azora.home, AZORA_DATA_DIR: azora.dataDir };
    const child = spawn(process.execPath, [RUN, "audit:export", "--tenant", id, "--format", "csv", "--output", file], { env });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const partial = () => readdirSync(azora.home).filter((name) => name.includes("partial"));
    const ended = new Promise((resolve) => child.once("close", resolve));
    await expect.poll(partial, { interval: 5, timeout: 30_000 }).toHaveLength(1);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(stderr).toContain("Nothing is half done");
    expect({ partial: partial(), whole: existsSync(file) }).toEqual({ partial: [], whole: false });
  });

  it("leaves nothing behind when it fails", async () => {
    const file = join(azora.home, "never.jsonl");
    expect((await azora.run(["audit:export", "--tenant", "acme", "--action", "dance", "--output", file])).exit).toBe(2);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(azora.home).filter((name) => name.includes("partial"))).toEqual([]);
    const nowhere = await azora.json(["audit:export", "--control-plane", "--output", join(azora.home, "no", "such", "place")]);
    expect(nowhere).toMatchObject({ exit: 2, document: { error: { code: "INVALID_INPUT" } } });
  });
});
