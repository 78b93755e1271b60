import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { parseManifest } from "../../src/control-plane/manifest/parse.js";
import { ManifestInvalid, readManifests } from "../../src/control-plane/manifest/read.js";
import { MANIFEST_SCHEMA } from "../../src/control-plane/manifest/schema.js";
import { validate } from "../../src/control-plane/manifest/validate.js";
import { writeManifest } from "../../src/control-plane/manifest/write.js";
import type { Tenant } from "../../src/control-plane/tenant.js";

const judge = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true }).compile(MANIFEST_SCHEMA);

/** Values that are right, nearly right, and not at all. */
const anything = fc.oneof(
  fc.constantFrom("a", "A", "", " ", "x@y.z", "active", "eu-1", "-a", null, true, 0, 1.5),
  fc.jsonValue(),
);
const value = (right: fc.Arbitrary<unknown>) => fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: anything });
const slug = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const tenant = fc.record(
  {
    slug: value(slug),
    name: value(fc.string({ minLength: 1, maxLength: 210, unit: "grapheme" })),
    ownerEmail: value(fc.emailAddress()),
    plan: value(fc.constantFrom("free", "team")),
    status: value(fc.constantFrom("active", "suspended")),
    region: value(fc.option(slug)),
    metadata: value(fc.dictionary(fc.string(), fc.jsonValue())),
    naem: fc.string(),
  },
  { requiredKeys: ["slug", "name", "ownerEmail"] },
);
const usual = fc.oneof(
  { weight: 3, arbitrary: tenant.map(({ naem: _, ...others }) => others) },
  { weight: 1, arbitrary: fc.oneof(tenant, fc.dictionary(fc.constantFrom("slug", "name", "ownerEmail"), anything), anything) },
);
const manifest = fc.oneof(
  { weight: 5, arbitrary: fc.record({ tenants: fc.array(usual, { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.oneof(anything, fc.record({ tenants: anything, other: anything }, { requiredKeys: [] })) },
);

describe("the schema", () => {
  it("says the same to an editor as azora says, document by document", () => {
    const verdicts = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(manifest, (document) => {
        const plain = JSON.parse(JSON.stringify(document)) as unknown;
        const isRight = judge(plain);
        verdicts[isRight ? "right" : "wrong"]++;
        expect({ plain, ours: validate(plain).length === 0 }).toEqual({ plain, ours: isRight });
      }),
      { numRuns: 2000 },
    );
    // Were nearly all of them wrong, agreeing would be easy.
    expect(Math.min(verdicts.right, verdicts.wrong)).toBeGreaterThan(200);
  });

  it("is seen to disagree when one rule is missing", () => {
    const tenants = MANIFEST_SCHEMA.properties?.tenants;
    const lax = { ...MANIFEST_SCHEMA, properties: { tenants: { ...tenants, items: { ...tenants?.items, required: [] } } } };
    expect(validate({ tenants: [{}] }, lax)).toEqual([]);
    expect(judge({ tenants: [{}] })).toBe(false);
  });
});

const HEAD = "tenants:\n  - slug: acme\n    name: Acme\n    ownerEmail: o@acme.test\n";

describe("a problem is told with its line and column", () => {
  it.each([
    ["a key that there isn't", `${HEAD}    metdata: {}\n`, 5, 5, "did you mean metadata?"],
    ["a key far from any", `${HEAD}    colour: red\n`, 5, 5, "known are slug, name"],
    ["a key that is missing", "tenants:\n  - slug: acme\n    name: Acme\n", 2, 5, "ownerEmail is missing"],
    [
      "a slug that is none",
      "tenants:\n  - slug: Acme Co\n    name: A\n    ownerEmail: o@a.test\n",
      2,
      11,
      '"Acme Co" is no slug',
    ],
    [
      "a number where text is meant",
      "tenants:\n  - slug: 007\n    name: A\n    ownerEmail: o@a.test\n",
      2,
      11,
      "Put it in quotes",
    ],
    ["a status that there isn't", `${HEAD}    status: purged\n`, 5, 13, "active or suspended"],
    ["a null in the metadata", `${HEAD}    metadata: {a: {b: null}}\n`, 5, 23, "and is null"],
    ["a key twice", `${HEAD}    name: Again\n`, 5, 5, "unique"],
    ["text that is no YAML", "tenants:\n  - slug: [acme\n", 3, 1, ""],
    ["two documents", `${HEAD}---\n${HEAD}`, 5, 1, "multiple documents"],
    ["nothing at all", "", 1, 1, "The document has to be a map, and is null"],
    ["a list at the top", "- slug: acme\n", 1, 1, "has to be a map, and is a list"],
    ["a tag that nobody knows", `${HEAD}    region: !secret eu\n`, 5, 13, "tag"],
    [
      "what stands behind an alias",
      "tenants:\n  - &a {slug: acme, name: A, ownerEmail: no}\n  - *a\n",
      2,
      42,
      "is no ownerEmail",
    ],
  ])("%s", (_, text, line, column, message) => {
    const { problems, declarations } = parseManifest("t.yaml", text);
    expect(declarations).toEqual([]);
    expect(problems[0]).toMatchObject({ file: "t.yaml", line, column, message: expect.stringContaining(message) });
  });

  it("all of them, not the first alone", () => {
    expect(parseManifest("t.yaml", `${HEAD}    plam: free\n    stats: active\n`).problems).toHaveLength(2);
  });

  it("aliases that multiply each other are not followed", () => {
    const lines = Array.from({ length: 12 }, (_, at) => `  m${at + 1}: &m${at + 1} [${`*m${at},`.repeat(9)}]`);
    const { problems } = parseManifest("t.yaml", `tenants: []\nx:\n  m0: &m0 [a]\n${lines.join("\n")}\n`);
    expect(problems[0]?.message).toMatch(/alias/i);
  });
});

describe("readManifests()", () => {
  const directory = mkdtempSync(join(tmpdir(), "azora-manifest-"));
  afterEach(() => rmSync(join(directory), { recursive: true, force: true }));
  const write = (files: Record<string, string>) => {
    const place = mkdtempSync(join(tmpdir(), "azora-manifest-"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
    return place;
  };
  const json = (...slugs: string[]) =>
    JSON.stringify({ tenants: slugs.map((each) => ({ slug: each, name: each, ownerEmail: `o@${each}.test` })) }, null, "\t");

  it("reads a directory, YAML and JSON, and nothing else in it", () => {
    const place = write({ "b.json": json("core"), "a.yaml": HEAD, "notes.txt": "no manifest", "c.yml": "tenants: []" });
    expect(readManifests(place).map(({ tenant: { slug } }) => slug)).toEqual(["acme", "core"]);
  });

  it("refuses a slug that stands twice, in whichever file", () => {
    const place = write({ "a.yaml": HEAD, "b.json": json("core", "acme") });
    const failure = (() => {
      try {
        return readManifests(place);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(ManifestInvalid);
    const { problems } = failure as ManifestInvalid;
    expect(problems).toMatchObject([{ file: join(place, "b.json"), line: 9, message: expect.stringContaining("a.yaml:2:11") }]);
  });

  it.each([
    ["nowhere", "NOT_FOUND"],
    ["", "NOT_FOUND"],
  ])("says so when %j has none", (name, code) => {
    expect(() => readManifests(join(write({ "notes.txt": "" }), name))).toThrow(expect.objectContaining({ code }));
  });
});

describe("writeManifest()", () => {
  const known = fc.record({
    slug,
    name: fc.string({ minLength: 1, maxLength: 100, unit: "binary" }).filter((text) => /\S/u.test(text) && !text.includes("\0")),
    contactEmail: fc.emailAddress(),
    plan: fc.option(fc.constantFrom("free", "no", "1e3", "null")),
    status: fc.constantFrom("active", "suspended", "purge-scheduled"),
    region: fc.option(fc.constantFrom("eu-1", "1e3", "null", "0x1f")),
    metadata: fc.dictionary(
      fc.string(),
      fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
    ),
  }) as fc.Arbitrary<Partial<Tenant>> as fc.Arbitrary<Tenant>;

  it("is read back as it was, whatever text is in it", () => {
    fc.assert(
      fc.property(fc.uniqueArray(known, { selector: ({ slug: each }) => each, maxLength: 5 }), (tenants) => {
        const { declarations, problems } = parseManifest("t.yaml", writeManifest(tenants));
        expect(problems).toEqual([]);
        for (const [at, { slug: ofIt, name, contactEmail, plan, status, region, metadata }] of tenants.entries()) {
          const read = declarations[at]?.tenant;
          expect(read).toMatchObject({ slug: ofIt, name, ownerEmail: contactEmail });
          expect(read?.plan ?? null).toBe(plan);
          expect(read?.region ?? null).toBe(region);
          expect(read?.status).toBe(status === "purge-scheduled" ? undefined : status);
          // JSON has no negative zero.
          expect(JSON.stringify(read?.metadata ?? {})).toBe(JSON.stringify(metadata));
        }
      }),
    );
  });
});
