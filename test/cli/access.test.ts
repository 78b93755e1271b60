import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AzoraOnServer } from "./azora.js";

const IN = ["--tenant", "acme"];

describe("users, roles and access from the command line", () => {
  let azora: AzoraOnServer;
  beforeAll(async () => {
    azora = await AzoraOnServer.open();
    await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "owner@acme.test"]);
  });
  afterAll(() => azora?.remove());

  const json = (...args: readonly string[]) => azora.json([...args, ...IN]);
  const error = async (...args: readonly string[]) => {
    const { exit, document } = await json(...args);
    return { exit, code: document.error?.code };
  };

  it("invite, make a role, assign, and say who may do what and why", async () => {
    const dry = await json("user:invite", "ada@acme.test", "--role", "viewer", "--dry-run");
    expect(dry).toMatchObject({ exit: 0, document: { result: { changed: true, dryRun: true, user: { roles: ["viewer"] } } } });
    expect(await json("user:invite", "ada@acme.test", "--role", "viewer")).toMatchObject({ exit: 0, stderr: "" });
    const listed = (await json("user:list")).document.result;
    expect(listed).toMatchObject({ total: 2, users: [{ email: "ada@acme.test", roles: ["viewer"] }, { roles: ["owner"] }] });
    await json("role:create", "releaser", "--permission", "batches:update");
    expect(await json("role:grant", "releaser", "batches:read")).toMatchObject({
      document: { result: { changed: true, role: { permissions: ["batches:read", "batches:update"] } } },
    });
    expect(await json("access:check", "ada@acme.test", "batches:update")).toMatchObject({
      exit: 4,
      document: { ok: false, error: { code: "PERMISSION_DENIED" }, result: { wouldGive: expect.anything() } },
    });
    await json("access:assign", "ada@acme.test", "releaser");
    expect(await json("access:check", "ada@acme.test", "batches:update", "--explain")).toMatchObject({
      exit: 0,
      document: { result: { allowed: true, givenBy: [{ role: "releaser", permission: "batches:update" }] } },
    });
    const { stdout } = await azora.run(["access:matrix", ...IN]);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("RESOURCE\tadmin\tmember\towner\treleaser\tviewer");
    expect(lines).toContain("batches\tall\tcreate read update\tall\tread update\tread");
    expect(lines).toContain("access\tall\t\tall\t\t");
    const roles = (await json("role:list")).document.result.roles;
    expect(roles.map(({ name, users }: { name: string; users: number }) => `${name} ${users}`)).toContain("releaser 1");
    expect(await json("role:revoke", "releaser", "batches:read")).toMatchObject({ document: { result: { changed: true } } });
    expect(await json("access:unassign", "ada@acme.test", "releaser")).toMatchObject({ document: { result: { changed: true } } });
    expect(await json("role:delete", "releaser", "--yes")).toMatchObject({ document: { result: { changed: true } } });
    expect(await json("user:disable", "ada@acme.test", "--yes")).toMatchObject({ document: { result: { changed: true } } });
  }, 180_000);

  it("end with the exit codes that they promise", async () => {
    await json("user:invite", "eve@acme.test", "--role", "member");
    expect(await error("user:disable", "owner@acme.test", "--yes")).toEqual({ exit: 5, code: "LAST_OWNER" });
    expect(await error("user:disable", "owner@acme.test")).toEqual({ exit: 6, code: "NEEDS_CONFIRMATION" });
    expect(await error("role:delete", "viewer", "--yes")).toEqual({ exit: 5, code: "CONFLICT" });
    expect(await error("access:assign", "nobody@acme.test", "owner")).toEqual({ exit: 3, code: "NOT_FOUND" });
    expect(await error("access:assign", "eve@acme.test", "emperor")).toEqual({ exit: 3, code: "NOT_FOUND" });
    expect(await error("role:grant", "viewer", "docments:read")).toEqual({ exit: 2, code: "INVALID_INPUT" });
    const as = ["--as", "eve@acme.test"];
    expect(await error("access:assign", "eve@acme.test", "owner", ...as)).toEqual({ exit: 4, code: "PERMISSION_DENIED" });
  }, 180_000);
});
