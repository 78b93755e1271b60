import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTarget } from "../../src/isolation/read-target.js";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "azora-target-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const SMALLEST = {
  schemas: ["app"],
  accounts: { table: "app.tenants", key: "id" },
  roles: { runtime: ["app"], owners: ["app_owner"] },
  context: { expressions: ["(current_setting('app.tenant'::text))::uuid"] },
};

function read(value: unknown) {
  const path = join(directory, "target.json");
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return readTarget(path);
}

describe("a target from a file", () => {
  it("has what was left out", async () => {
    expect(await read(SMALLEST)).toEqual({
      ...SMALLEST,
      accountColumn: "account_id",
      accountColumns: {},
      roles: { ...SMALLEST.roles, control: [] },
      context: { ...SMALLEST.context, enter: null },
      guard: false,
      audit: false,
      exemptions: [],
    });
  });

  it("takes everything that is said", async () => {
    const whole = {
      ...SMALLEST,
      accountColumn: "tenant_id",
      accountColumns: { "app.members": "organisation_id" },
      roles: { ...SMALLEST.roles, control: ["support"] },
      context: { ...SMALLEST.context, enter: "SELECT set_config('app.tenant', $1, true)" },
      guard: true,
      audit: true,
      exemptions: [{ object: "table app.countries", rule: "outside-table", reason: "the same for everybody" }],
      connections: ["src/database/**/*.ts"],
    };
    expect(await read(whole)).toEqual(whole);
  });

  it.each([
    ["no JSON", "{", "isn't JSON"],
    ["a list", [], "the file must be an object"],
    ["a missing key", { ...SMALLEST, accounts: undefined }, 'lacks "accounts"'],
    ["a misspelt key", { ...SMALLEST, schema: ["app"] }, 'unknown key "schema"'],
    ["a misspelt key inside", { ...SMALLEST, roles: { ...SMALLEST.roles, owner: [] } }, 'roles has an unknown key "owner"'],
    ["no runtime login", { ...SMALLEST, roles: { runtime: [], owners: ["o"] } }, "roles.runtime must be a list that isn't empty"],
    ["a number for a name", { ...SMALLEST, schemas: [1] }, "schemas[0] must be a text"],
    ["an exemption without a reason", { ...SMALLEST, exemptions: [{ object: "table a.b" }] }, 'exemptions[0] lacks "reason"'],
    ["an empty reason", { ...SMALLEST, exemptions: [{ object: "x", reason: " " }] }, "exemptions[0].reason must be a text"],
    ["a text for a list", { ...SMALLEST, connections: "src/**" }, "connections must be a list"],
    ["yes for true", { ...SMALLEST, guard: "yes" }, "guard must be true or false"],
  ])("refuses %s, naming it", async (_, value, message) => {
    await expect(read(value)).rejects.toMatchObject({ code: "INVALID_INPUT", message: expect.stringContaining(message) });
  });

  it("refuses a file that isn't there", async () => {
    await expect(readTarget(join(directory, "none.json"))).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});
