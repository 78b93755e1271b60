import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Azora, initialised } from "./azora.js";

let azora: Azora;
beforeAll(async () => {
  azora = await initialised();
  await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "o@acme.test"], { AZORA_REQUEST_ID: "ticket-7" });
});
afterAll(() => azora.remove());

it("prints the last entries as one JSON object a line, with and without --json", async () => {
  for (const flags of [[], ["--json"]]) {
    const { exit, stdout, stderr } = await azora.run(["audit:tail", "--control-plane", "--lines", "2", ...flags]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    const entries = stdout.trim().split("\n");
    expect(entries.map((line) => JSON.parse(line) as object)).toMatchObject([
      { action: "subscriptions.insert", command: "tenant:create", requestId: "ticket-7" },
      {
        action: "tenant.activate",
        operator: "azora_admin",
        accountSlug: "acme",
        command: "tenant:create",
        requestId: "ticket-7",
      },
    ]);
  }
});

it("prints the end of a tenant's log, and of one table in it", async () => {
  const { exit, stdout } = await azora.run(["audit:tail", "--tenant", "acme", "--lines", "3", "--table", "roles"]);
  expect(exit).toBe(0);
  const entries = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(entries).toMatchObject(Array.from({ length: 3 }, () => ({ subject: "roles", operation: "create" })));
  expect(await azora.json(["audit:tail", "--tenant", "nobody"])).toMatchObject({ exit: 3 });
});

it("goes on from the cursor of an export", async () => {
  const file = join(azora.home, "log.jsonl");
  const { cursor } = (await azora.json(["audit:export", "--control-plane", "--output", file])).document.result;
  await azora.run(["tenant:hold", "acme", "--reason", "since then"]);
  const { stdout } = await azora.run(["audit:tail", "--control-plane", "--after", cursor]);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object),
    // An export is an entry too, and can't hold itself.
  ).toMatchObject([{ action: "audit.exported" }, { action: "tenant.hold" }]);
});

it("follows nothing where nobody else can write", async () => {
  expect(await azora.json(["audit:tail", "--control-plane", "--follow"])).toMatchObject({
    exit: 2,
    document: { error: { code: "USAGE" } },
  });
  expect(await azora.json(["audit:tail"])).toMatchObject({ exit: 2 });
});
