import type { Finding, Severity } from "../finding.js";
import { sha256 } from "../fingerprint.js";
import { numbered, subjectKey, subjectOf } from "../subject.js";
import type { Verification } from "../verification.js";
import type { Locate } from "./locate.js";

/** What code review shows beside a line. */
const LEVEL: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
};
/** On the scale of CVSS, as code scanning sorts by. */
const SCORE: Readonly<Record<Severity, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.5" };

/** Kinds of SARIF 3.33.7 for ours; others keep their own word. */
const LOGICAL_KIND: Readonly<Record<string, string>> = { function: "function", role: "object", schema: "namespace" };

/**
 * A verification as SARIF 2.1.0: one result a finding; those that a person accepted are suppressed, with the reason.
 * Each has a fingerprint that stays while its subject does, whatever the words and the line.
 */
export function toSarif(verification: Verification, locate: Locate): object {
  const { azora, findings, accepted, unclear, verdict, checkedAt } = verification;
  const rules = describeRules(verification);
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const identities = numbered([...findings, ...accepted], (finding) => subjectKey(subjectOf(finding)));
  const result = (finding: Finding, at: number) => toResult(finding, { locate, index, identity: identities[at] ?? "" });
  const notify = (text: string) => ({ level: "error", message: { text } });
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "azora", version: azora, semanticVersion: azora, rules } },
        invocations: [
          {
            executionSuccessful: verdict !== "undecided",
            endTimeUtc: checkedAt,
            toolExecutionNotifications: unclear.map(notify),
          },
        ],
        results: [
          ...findings.map(result),
          ...accepted.map((finding, at) => ({
            ...result(finding, findings.length + at),
            suppressions: [{ kind: "external", status: "accepted", justification: finding.reason }],
          })),
        ],
      },
    ],
  };
}

interface RuleDescriptor {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly defaultConfiguration: { readonly level: string };
  readonly properties: object;
}

/** Rules and probes alike; a finding of neither still gets one, so that no result stands without. */
function describeRules({ rules, probes, findings, accepted }: Verification): RuleDescriptor[] {
  const known = new Map<string, { title: string; severity: Severity }>();
  for (const { rule, severity, allows } of [...findings, ...accepted]) known.set(rule, { title: allows, severity });
  for (const { id, title, severity } of [...rules, ...probes]) known.set(id, { title, severity });
  return [...known]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, { title, severity }]) => ({
      id,
      shortDescription: { text: title },
      defaultConfiguration: { level: LEVEL[severity] },
      properties: { tags: ["security"], precision: "very-high", "security-severity": SCORE[severity] },
    }));
}

interface ResultInput {
  readonly locate: Locate;
  readonly index: ReadonlyMap<string, number>;
  readonly identity: string;
}

function toResult(finding: Finding, { locate, index, identity }: ResultInput): object {
  const { rule, severity, object, allows, evidence, fix } = finding;
  const place = locate(object);
  const kind = object.slice(0, object.indexOf(" "));
  return {
    ruleId: rule,
    ruleIndex: index.get(rule) ?? -1,
    level: LEVEL[severity],
    message: {
      text: [`${object}: ${allows}`, `Seen: ${evidence}`, ...(fix === null ? [] : [`Mend it with: ${fix}`])].join("\n\n"),
    },
    locations: [
      {
        ...(place && {
          physicalLocation: { artifactLocation: { uri: toUri(place.file) }, region: { startLine: place.line } },
        }),
        ...(kind !== "file" && {
          logicalLocations: [
            { fullyQualifiedName: object.slice(kind.length + 1), ...(kind !== "" && { kind: LOGICAL_KIND[kind] ?? kind }) },
          ],
        }),
      },
    ],
    partialFingerprints: { "azora/v1": sha256(identity) },
  };
}

function toUri(file: string): string {
  return file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}
