import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATORS } from "../support/prepare.js";
import { AzoraOnServer } from "./azora.js";

describe("support from the command line", () => {
  let azora: AzoraOnServer;
  beforeAll(async () => {
    azora = await AzoraOnServer.open();
    await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "owner@acme.test"]);
    await azora.run(["tenant:create", "Bolt", "--slug", "bolt", "--owner-email", "owner@bolt.test"]);
  }, 60_000);
  afterAll(() => azora?.remove());

  const AS = ["--tenant", "acme", "--as", "owner@acme.test"];
  const to = ["--to", OPERATORS["vendor-admin"]];
  const GRANT = ["support:grant", ...AS, ...to, "--hours", "2", "--tables", "users,roles", "--reason", "ticket 4711"];
  const result = async (...args: readonly string[]) => {
    const { exit, document } = await azora.json(args);
    return { exit, code: document.error?.code, hint: document.error?.hint, message: document.error?.message, ...document.result };
  };

  it("is let in, reads, is seen, and is shut out", async () => {
    expect(await result("support:read", "acme", "users")).toMatchObject({
      exit: 4,
      code: "NO_CONSENT",
      hint: expect.stringContaining("support:grant"),
    });
    expect(await result(...GRANT, "--dry-run")).toMatchObject({ exit: 0, changed: true, dryRun: true });
    const { grant } = await result(...GRANT);
    expect(grant).toMatchObject({ operator: azora.operator, tables: ["tenant.roles", "tenant.users"], reason: "ticket 4711" });
    const read = await result("support:read", "acme", "users", "--where", "email=owner@acme.test");
    expect(read).toMatchObject({ exit: 0, next: null, rows: [{ values: { email: "owner@acme.test" } }] });
    const { stdout, stderr } = await azora.run(["support:read", "acme", "roles", "--limit", "2", "--where", "description="]);
    expect({ stdout, stderr }).toEqual({ stdout: "\n", stderr: "" });
    const page = await azora.run(["support:read", "acme", "roles", "--limit", "2"]);
    expect(page.stdout.trim().split("\n")).toHaveLength(3);
    expect(page.stderr).toMatch(/^There may be more: --after '[0-9a-f-]{36}'\.$/m);
    expect(await result("support:read", "acme", "documents")).toMatchObject({ exit: 4, code: "NO_CONSENT" });
    expect(await result("support:read", "bolt", "users")).toMatchObject({ exit: 4, code: "NO_CONSENT" });

    expect((await result("support:list", ...AS)).grants).toEqual([grant]);
    expect((await result("support:list")).grants).toMatchObject([{ id: grant.id, accountSlug: "acme" }]);
    expect((await azora.run(["support:list"])).stdout).toContain("\topen\t");
    const log = await azora.run(["audit:export", "--tenant", "acme"]);
    const lines = log.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ method }) => method === "support.read")).toMatchObject(
      Array.from({ length: 3 }, () => ({ actor: `support:${azora.operator}`, operation: "read" })),
    );

    expect(await result("support:revoke", grant.id, ...AS)).toMatchObject({ exit: 0, changed: true });
    expect(await result("support:revoke", grant.id, ...AS)).toMatchObject({ exit: 0, changed: false });
    expect(await result("support:read", "acme", "users")).toMatchObject({ exit: 4, code: "NO_CONSENT" });
    expect((await azora.run(["audit:verify"])).exit).not.toBe(9);
  }, 180_000);

  it("ends with the exit codes that it promises", async () => {
    const without = (...names: readonly string[]) =>
      GRANT.filter((_, at) => !names.includes(GRANT[at] ?? "") && !names.includes(GRANT[at - 1] ?? ""));
    expect(await result(...without("--as"))).toMatchObject({
      exit: 4,
      code: "NOT_PERMITTED",
      message: expect.stringContaining("--as USER"),
    });
    expect(await result(...without("--reason"))).toMatchObject({ exit: 2, code: "USAGE" });
    expect(await result(...without("--hours"), "--hours", "200")).toMatchObject({ exit: 2, code: "INVALID_INPUT" });
    expect(await result(...without("--to"), "--to", "nobody")).toMatchObject({ exit: 3, code: "NOT_FOUND" });
    expect(await result(...GRANT, "--scope", "write")).toMatchObject({ exit: 2, code: "USAGE" });
    expect(await result("support:revoke", "x", ...AS)).toMatchObject({ exit: 2, code: "INVALID_INPUT" });
    expect(await result("support:revoke", "00000000-0000-4000-8000-000000000000", ...AS)).toMatchObject({ exit: 3 });
    expect(await result("support:list", "--as", "owner@acme.test")).toMatchObject({ exit: 2, code: "USAGE" });
    expect(await result("support:read", "acme", "users", "--limit", "101")).toMatchObject({ exit: 2, code: "INVALID_INPUT" });
    expect(await result("support:read", "nowhere", "users")).toMatchObject({ exit: 3, code: "NOT_FOUND" });
  }, 180_000);
});
