import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AzoraOnServer } from "./azora.js";

let azora: AzoraOnServer;
beforeAll(async () => {
  azora = await AzoraOnServer.open();
  await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "owner@acme.test"]);
});
afterAll(() => azora.remove());

describe("a purge in a while", () => {
  it.each([
    { args: ["acme", "--after", "soon", "--confirm", "acme"], exit: 2, code: "INVALID_INPUT" },
    { args: ["acme", "--after", "30d"], exit: 6, code: "NEEDS_CONFIRMATION" },
    { args: ["acme", "--due"], exit: 2, code: "USAGE" },
    { args: [], exit: 2, code: "USAGE" },
    { args: ["acme", "--after", "30d", "--now"], exit: 2, code: "USAGE" },
    { args: ["acme", "--confirm", "acme"], exit: 5, code: "ILLEGAL_STEP" },
  ])("is refused for $args with exit code $exit", async ({ args, exit, code }) => {
    expect(await azora.json(["tenant:purge", ...args])).toMatchObject({ exit, document: { error: { code, exit } } });
  });

  const schedule = (span: string) =>
    azora.json(["tenant:purge", "acme", "--after", span, "--confirm", "acme", "--reason", "over"]);

  it("is scheduled, listed, not yet due, and taken back", async () => {
    await azora.run(["tenant:suspend", "acme", "--reason", "leaving", "--yes"]);
    expect((await schedule("30d")).document.result).toMatchObject({ changed: true, tenant: { status: "purge-scheduled" } });
    expect((await azora.json(["tenant:list", "--status", "purge-scheduled"])).document.result.total).toBe(1);
    const due = await azora.json(["tenant:purge", "--due"]);
    expect(due).toMatchObject({ exit: 0, document: { result: { receipts: [], kept: [] } } });
    expect((await azora.json(["tenant:purge", "acme", "--cancel"])).document.result).toMatchObject({ changed: true });
  });

  it("is kept by a legal hold, whose end needs consent", async () => {
    await schedule("0m");
    expect((await azora.json(["tenant:hold", "acme", "--reason", "case 44"])).document.result).toMatchObject({ changed: true });
    const held = await azora.json(["tenant:purge", "--due"]);
    expect(held).toMatchObject({ exit: 0, document: { result: { kept: [{ slug: "acme", code: "LEGAL_HOLD" }] } } });
    expect((await azora.run(["tenant:show", "acme"])).stdout).toContain("purge scheduled (held)");
    expect((await azora.run(["tenant:release", "acme", "--reason", "settled"])).exit).toBe(6);
  });

  it("runs when it is due and released, approved by nobody who asked", async () => {
    expect((await azora.run(["tenant:release", "acme", "--reason", "settled", "--yes"])).exit).toBe(0);
    expect(await azora.json(["tenant:approve", "acme", "--confirm", "acme"])).toMatchObject({ exit: 4 });
    const due = await azora.json(["tenant:purge", "--due"]);
    expect(due).toMatchObject({ exit: 0, document: { result: { receipts: [{ slug: "acme" }], kept: [] } } });
  });
});

describe("tenant:update and tenant:stats", () => {
  it("change what the vendor knows, and count what there is", async () => {
    await azora.run(["tenant:create", "Bolt", "--slug", "bolt", "--owner-email", "owner@bolt.test"]);
    expect(await azora.json(["tenant:update", "bolt"])).toMatchObject({ exit: 2, document: { error: { code: "USAGE" } } });
    expect(await azora.json(["tenant:update", "bolt", "--metadata", "no pair"])).toMatchObject({ exit: 2 });
    const changed = await azora.json(["tenant:update", "bolt", "--region", "eu-central", "--metadata", "crm=A-1"]);
    expect(changed.document.result).toMatchObject({ changed: true, tenant: { region: "eu-central", metadata: { crm: "A-1" } } });
    const { result } = (await azora.json(["tenant:stats", "bolt"])).document;
    expect(result.tables["tenant.roles"]).toMatchObject({ rows: 4, bytes: expect.any(Number) });
    expect((await azora.run(["tenant:stats", "bolt"])).stdout.split("\n")[0]).toBe("TABLE\tROWS\tBYTES");
  });
});
