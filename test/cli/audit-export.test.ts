import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Azora, initialised } from "./azora.js";

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
      "id,occurredAt,operator,action,outcome,accountId,accountSlug,oldValues,newValues,reason,message,command,requestId,transactionId",
    );
    expect(row).toContain('""suspension"":""full""');
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
    expect(document.result).toEqual({ file, entries: lines(readFileSync(file, "utf8")).length, format: "jsonl" });
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

  it("leaves nothing behind when it fails", async () => {
    const file = join(azora.home, "never.jsonl");
    expect((await azora.run(["audit:export", "--tenant", "acme", "--action", "dance", "--output", file])).exit).toBe(2);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(azora.home).filter((name) => name.includes("partial"))).toEqual([]);
    const nowhere = await azora.json(["audit:export", "--control-plane", "--output", join(azora.home, "no", "such", "place")]);
    expect(nowhere).toMatchObject({ exit: 2, document: { error: { code: "INVALID_INPUT" } } });
  });
});
