import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import AjvDraft04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { toJunit } from "../../src/isolation/export/junit.js";
import { locateIn } from "../../src/isolation/export/locate.js";
import { toSarif } from "../../src/isolation/export/sarif.js";
import { finding, verification } from "./support/build.js";

const HOSTILE = `table tenant."a<b>&\u0001'\ud800]]>"`;
const MIGRATION = {
  file: "prisma/migrations/1_init/migration.sql",
  text: 'CREATE SCHEMA tenant;\n\nCREATE TABLE IF NOT EXISTS "tenant"."documents" (\n  id uuid\n);\n',
};
const BAD = verification({
  verdict: "violations",
  findings: [finding(), finding({ evidence: "a second one" }), finding({ object: HOSTILE, rule: "unknown-rule", fix: null })],
  accepted: [{ ...finding({ object: "file prisma/tenant.prisma:12", layer: "source" }), reason: "known", until: "2027-01-01" }],
  stale: [{ object: "table x", reason: "gone", why: "it matches nothing" }],
  unclear: ["read-other, table x: it could not be tried"],
});

interface Sarif {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly locations: readonly { readonly physicalLocation?: object; readonly logicalLocations?: object }[];
        readonly partialFingerprints: Readonly<Record<string, string>>;
        readonly suppressions?: readonly object[];
      }[];
    },
  ];
}

const sarif = (of = BAD) => JSON.parse(JSON.stringify(toSarif(of, locateIn([MIGRATION])))) as Sarif;

describe("SARIF", () => {
  const schemaFile = createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
  const ajv = new AjvDraft04.default({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, "utf8")) as object);

  it.each([
    ["with findings", BAD],
    ["without", verification()],
  ])("is valid 2.1.0 %s", (_, of) => {
    expect(validate(sarif(of)) || validate.errors).toBe(true);
  });

  it("would not be, with a level that doesn't exist", () => {
    const broken = sarif();
    Object.assign(broken.runs[0].results[0] as object, { level: "fatal" });
    expect(validate(broken)).toBe(false);
  });

  it("names a rule for every result, and has the finding's place", () => {
    const [{ results, tool }] = sarif().runs;
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(results[0]?.locations[0]).toEqual({
      physicalLocation: { artifactLocation: { uri: MIGRATION.file }, region: { startLine: 3 } },
      logicalLocations: [{ fullyQualifiedName: "tenant.documents", kind: "table" }],
    });
    expect(results[2]?.locations[0]).not.toHaveProperty("physicalLocation");
    expect(results[3]?.locations[0]).toEqual({
      physicalLocation: { artifactLocation: { uri: "prisma/tenant.prisma" }, region: { startLine: 12 } },
    });
    expect(results[3]?.suppressions).toEqual([{ kind: "external", status: "accepted", justification: "known" }]);
  });

  it("keeps a finding's fingerprint when its words change, and gives two findings two", () => {
    const prints = (of = BAD) => sarif(of).runs[0].results.map((each) => each.partialFingerprints["azora/v1"]);
    const reworded = verification({
      ...BAD,
      findings: BAD.findings.map((each) => ({ ...each, allows: "Other words.", evidence: "!" })),
    });
    expect(prints(reworded)).toEqual(prints());
    expect(new Set(prints()).size).toBe(prints().length);
    const moved = verification({
      ...BAD,
      accepted: BAD.accepted.map((each) => ({ ...each, object: "file prisma/tenant.prisma:40" })),
    });
    expect(prints(moved)).toEqual(prints());
  });
});

describe("JUnit", () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    isArray: (name) => /^test(suite|case)$/.test(name),
  });

  interface Suite {
    readonly name: string;
    readonly tests: string;
    readonly failures: string;
    readonly errors: string;
    readonly skipped: string;
    readonly testcase: readonly {
      readonly name: string;
      readonly failure?: object;
      readonly error?: object;
      readonly skipped?: object;
    }[];
  }
  const suites = (of = BAD) => (parser.parse(toJunit(of)) as { testsuites: { testsuite: Suite[] } }).testsuites.testsuite;

  it("is well-formed whatever a name holds", () => {
    expect(XMLValidator.validate(toJunit(BAD))).toBe(true);
    for (const illegal of ["\u0001", "\ud800"]) expect(toJunit(BAD).includes(illegal)).toBe(false);
    expect(XMLValidator.validate(`${toJunit(BAD)}<more>`)).not.toBe(true);
  });

  it("counts what it holds", () => {
    for (const { tests, failures, errors, skipped, testcase } of suites()) {
      expect(testcase).toHaveLength(Number(tests));
      expect(testcase.filter((each) => each.failure !== undefined)).toHaveLength(Number(failures));
      expect(testcase.filter((each) => each.error !== undefined)).toHaveLength(Number(errors));
      expect(testcase.filter((each) => each.skipped !== undefined)).toHaveLength(Number(skipped));
    }
  });

  it("fails a rule that found something, errs where nothing could be told, skips what had nothing to check", () => {
    const named = Object.fromEntries(suites().map((suite) => [suite.name, suite]));
    expect(named["azora.static"]).toMatchObject({ tests: "3", failures: "1", skipped: "1" });
    expect(named["azora.unclear"]).toMatchObject({ errors: "1" });
    expect(named["azora.other"]).toMatchObject({ failures: "1" });
    expect(named["azora.baseline"]).toMatchObject({ skipped: "1" });
  });

  it("passes when everything holds", () => {
    expect(toJunit(verification())).not.toMatch(/<(failure|error)\b/);
  });
});
