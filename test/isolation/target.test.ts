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
      roles: { ...SMALLEST.roles, control: ["support"], registrars: ["app_owner"] },
      context: { ...SMALLEST.context, enter: "SELECT set_config('app.tenant', $1, true)" },
      guard: true,
      audit: true,
      exemptions: [{ object: "table app.countries", rule: "outside-table", reason: "the same for everybody" }],
      samples: { "app.items": { sku: ["ABC/12", "ABC/13", "ABC/14"] } },
      connections: ["src/database/**/*.ts"],
    };
    expect(await read(whole)).toEqual(whole);
  });

  it.each([
    ["no JSON", "{", "isn't JSON"],
    ["a list", [], "the file must be an object"],
    ["a missing key", { ...SMALLEST, accounts: undefined }, 'lacks "accounts"'],
    ["a misspelt key", { ...SMALLEST, schema: ["app"] }, 'unknown key "schema"; did you mean "schemas"?'],
    ["a key like no other", { ...SMALLEST, nonsense: 1 }, 'unknown key "nonsense"; known are schemas, '],
    [
      "a misspelt key inside",
      { ...SMALLEST, roles: { ...SMALLEST.roles, owner: [] } },
      'roles has an unknown key "owner"; did you mean "owners"?',
    ],
    ["no runtime login", { ...SMALLEST, roles: { runtime: [], owners: ["o"] } }, "roles.runtime must be a list that isn't empty"],
    ["a number for a name", { ...SMALLEST, schemas: [1] }, "schemas[0] must be a text"],
    ["an exemption without a reason", { ...SMALLEST, exemptions: [{ object: "table a.b" }] }, 'exemptions[0] lacks "reason"'],
    ["an empty reason", { ...SMALLEST, exemptions: [{ object: "x", reason: " " }] }, "exemptions[0].reason must be a text"],
    ["a text for a list", { ...SMALLEST, connections: "src/**" }, "connections must be a list"],
    ["one value for a list of them", { ...SMALLEST, samples: { "a.b": { c: "x" } } }, 'samples."a.b".c must be a list'],
    ["a column that is called nothing", { ...SMALLEST, accountColumns: { "a.b": "" } }, 'accountColumns."a.b" must be a text'],
    ["yes for true", { ...SMALLEST, guard: "yes" }, "guard must be true or false"],
  ])("refuses %s, naming it", async (_, value, message) => {
    await expect(read(value)).rejects.toMatchObject({ code: "INVALID_INPUT", message: expect.stringContaining(message) });
  });

  it.each([
    ["a misspelt key", '{\n  "schemas": ["app"],\n  "acounts": {}\n}', ":3: the file has an unknown key"],
    [
      "what is no text",
      `{\n "schemas": ["a{\\"b", 1.5e3,\n [] ], "accounts": {}, "roles": {}, "context": {} }`,
      ":2: schemas[1] must be a text",
    ],
    [
      "what is wrong in a list",
      JSON.stringify({ ...SMALLEST, exemptions: [{ object: "x", reason: "y" }, { object: "x" }] }, null, 1),
      ':27: exemptions[1] lacks "reason"',
    ],
    ["a key that stands twice", '{\n "guard": true,\n "guard": false }', ':3: the file has "guard" twice, in the lines 2 and 3'],
  ])("names the line of %s", async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  it("refuses a file that isn't there", async () => {
    await expect(readTarget(join(directory, "none.json"))).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});
