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

it("follows nothing where nobody else can write", async () => {
  expect(await azora.json(["audit:tail", "--control-plane", "--follow"])).toMatchObject({
    exit: 2,
    document: { error: { code: "USAGE" } },
  });
  expect(await azora.json(["audit:tail"])).toMatchObject({ exit: 2 });
});
