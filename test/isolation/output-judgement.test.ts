import { describe, expect, it } from "vitest";
import { assemble, type Harvest } from "../../src/isolation/assemble.js";
import { type BaselineEntry, formatBaseline, parseBaseline, renewBaseline } from "../../src/isolation/baseline.js";
import type { Exemption, Finding } from "../../src/isolation/finding.js";
import { schemaFingerprint } from "../../src/isolation/fingerprint.js";
import { attempt, catalog, finding, grant, policy, probe, tenantTable, verification } from "./support/build.js";

const ENTRY: BaselineEntry = {
  rule: "foreign-key-unpaired",
  object: "table tenant.documents",
  reason: "goes with the next release",
  until: "2026-12-31",
};

function harvest(more: Partial<Harvest> = {}): Harvest {
  const { azora, checkedAt, server, schemaFingerprint: print, figures, rules, identities } = verification();
  return {
    ...{ azora, checkedAt, server, schemaFingerprint: print, figures, rules, identities, probes: [], selfTest: null },
    ...{ unclear: [], findings: [], objects: new Set<string>(), inSource: { accepted: [], stale: [] } },
    ...more,
  };
}

function verdict(more: Partial<Harvest>, exemptions: readonly Exemption[] = [], baseline: readonly BaselineEntry[] = []) {
  return assemble(harvest(more), { exemptions }, baseline).verification;
}

describe("the verdict", () => {
  it("is clean only when nothing was found and everything could be told", () => {
    expect(verdict({}).verdict).toBe("clean");
    expect(verdict({ unclear: ["read, table x: no right to try"] }).verdict).toBe("undecided");
    expect(verdict({ findings: [finding()] }).verdict).toBe("violations");
    expect(verdict({ findings: [finding()], unclear: ["x"] }).verdict).toBe("violations");
  });

  it("makes a finding of every attempt that broke, and of no other", () => {
    const probes = [probe("read-other", [attempt(), attempt({ outcome: "broken", answer: "3 rows", note: "B reads A." })])];
    const { findings, verdict: said } = verdict({ probes });
    expect(said).toBe("violations");
    expect(findings).toEqual([expect.objectContaining({ rule: "read-other", layer: "probe", allows: "B reads A." })]);
    expect(findings[0]?.evidence).toContain("as azora_runtime: SELECT");
  });

  it("is undecided when a guarantee was broken on purpose and a detector stayed green", () => {
    const blind = { name: "policy dropped", statement: "DROP POLICY …", expected: ["a", "b"], red: ["a"], seen: false };
    const { verdict: said, unclear } = verdict({ selfTest: [blind] });
    expect(said).toBe("undecided");
    expect(unclear).toEqual(["self-test, policy dropped: broken on purpose, and b did not notice"]);
  });

  it("puts the worst first", () => {
    const findings = [finding({ severity: "low" }), finding({ severity: "critical" }), finding({ severity: "medium" })];
    expect(verdict({ findings }).findings.map(({ severity }) => severity)).toEqual(["critical", "medium", "low"]);
  });
});

describe("a baseline", () => {
  it("accepts a known finding until its last day, and not a day longer", () => {
    const known = { findings: [finding()] };
    expect(verdict(known, [], [{ ...ENTRY, until: "2026-11-23" }])).toMatchObject({
      verdict: "clean",
      accepted: [{ reason: ENTRY.reason, until: "2026-11-23" }],
    });
    expect(verdict(known, [], [{ ...ENTRY, until: "2026-11-22" }])).toMatchObject({
      verdict: "violations",
      stale: [{ object: ENTRY.object, why: expect.stringContaining("expired") }],
    });
  });

  it("accepts one finding by one entry: a second of its kind fails", () => {
    const two = { findings: [finding({ evidence: "first" }), finding({ evidence: "second" })] };
    expect(verdict(two, [], [ENTRY])).toMatchObject({ verdict: "violations", findings: [{ evidence: "second" }] });
    expect(verdict(two, [], [ENTRY, ENTRY]).verdict).toBe("clean");
  });

  it.each([{ rule: "another-rule" }, { object: "table tenant.documents2" }])("accepts nothing like %o", (other) => {
    expect(verdict({ findings: [finding(other)] }, [], [ENTRY])).toMatchObject({
      verdict: "violations",
      stale: [{ object: ENTRY.object }],
    });
  });

  const inFile = (more: Partial<Finding>) =>
    finding({
      layer: "source",
      rule: "raw-query-unsafe",
      object: "file src/a.ts:12",
      evidence: "it is one. db.$queryRawUnsafe(sql)",
      ...more,
    });

  it("finds a place in a file again when its line moves, and no other place", () => {
    const baseline = renewBaseline([inFile({})], [], { reason: "goes soon", today: "2026-11-23" });
    expect(baseline).toEqual([expect.objectContaining({ object: "file src/a.ts", evidence: inFile({}).evidence })]);
    expect(parseBaseline(formatBaseline(baseline), "b.json")).toEqual(baseline);
    const said = (...findings: Finding[]) => verdict({ findings }, [], baseline);
    expect(said(inFile({ object: "file src/a.ts:40" }))).toMatchObject({ verdict: "clean", stale: [] });
    expect(said(inFile({ object: "file src/b.ts:12" })).verdict).toBe("violations");
    expect(said(inFile({ evidence: "it is one. db.$queryRawUnsafe(other)" })).verdict).toBe("violations");
    // The same code a second time in the file is a second fault.
    expect(said(inFile({}), inFile({ object: "file src/a.ts:40" })).findings).toHaveLength(1);
  });

  it("survives being written, and keeps reasons when it is renewed", () => {
    const { kept } = assemble(harvest({ findings: [finding()] }), { exemptions: [] }, [ENTRY]);
    const fresh = finding({ rule: "new-rule" });
    const renewed = renewBaseline([fresh], kept, { reason: "being mended", today: "2026-11-23" });
    expect(parseBaseline(formatBaseline(renewed), "b.json")).toEqual([
      ENTRY,
      { rule: "new-rule", object: fresh.object, reason: "being mended", until: "2027-02-21" },
    ]);
  });

  it.each([
    ["no JSON", "{"],
    ["another format", '{"format":2,"accepted":[]}'],
    ["no reason", JSON.stringify({ format: 1, accepted: [{ ...ENTRY, reason: " " }] })],
    ["no day", JSON.stringify({ format: 1, accepted: [{ ...ENTRY, until: "2026-02-31" }] })],
    ["a file without evidence", JSON.stringify({ format: 1, accepted: [{ ...ENTRY, object: "file src/a.ts:12" }] })],
    ["a misspelt key", JSON.stringify({ format: 1, accepted: [{ ...ENTRY, evidense: "x" }] })],
    ["no object", JSON.stringify({ format: 1, accepted: [{ ...ENTRY, object: undefined }] })],
    ["null for an entry", '{"format":1,"accepted":[null]}'],
  ])("is refused with %s", (_, text) => {
    expect(() => parseBaseline(text, "b.json")).toThrowError(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});

describe("an exemption", () => {
  it("accepts for good what it matches, by name or by the beginning of one", () => {
    const known = { findings: [finding(), finding({ object: "table tenant.documents_2026" })] };
    const answer = verdict(known, [{ object: "table tenant.documents*", rule: "foreign-key-unpaired", reason: "read only" }]);
    expect(answer).toMatchObject({ verdict: "clean", accepted: [{ until: null }, { until: null }], stale: [] });
  });

  it("is not reported when another takes the same findings", () => {
    const [wide, narrow] = ["table tenant.*", "table tenant.documents"].map((object) => ({ object, reason: "read only" }));
    expect(verdict({ findings: [finding()] }, [wide, narrow] as Exemption[]).stale).toEqual([]);
  });

  it("is reported when it serves for nothing, unless it says what an object is that is there", () => {
    const lookup = { object: "table tenant.countries", reason: "the same for everybody" };
    expect(verdict({}, [lookup]).stale).toEqual([{ ...lookup, why: expect.any(String) }]);
    expect(verdict({ objects: new Set(["table tenant.countries"]) }, [lookup]).stale).toEqual([]);
  });
});

describe("the schema fingerprint", () => {
  const before = catalog();
  const relations = [...before.relations].reverse().map((relation, at) => ({
    ...relation,
    oid: 90_000 + at,
    grants: [...relation.grants].reverse(),
    columns: [...relation.columns].reverse(),
    constraints: [...relation.constraints].reverse(),
  }));

  it("does not depend on oids or on the order of creation", () => {
    expect(schemaFingerprint({ ...before, relations })).toBe(schemaFingerprint(before));
  });

  it.each([
    ["a right", { grants: [grant(null, "SELECT")] }],
    ["a policy's expression", { policies: [policy({ using: "true" })] }],
    ["forced row security", { forceRowSecurity: false }],
    ["a key's order", { constraints: [{ ...tenantTable("batches").constraints[0], columns: ["id", "account_id"] }] }],
  ])("changes with %s", (_, change) => {
    const other = before.relations.map((each) => (each.relation === "batches" ? { ...each, ...change } : each));
    expect(schemaFingerprint({ ...before, relations: other as typeof before.relations })).not.toBe(schemaFingerprint(before));
  });
});
