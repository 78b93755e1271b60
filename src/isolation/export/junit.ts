import type { Finding } from "../finding.js";
import type { Verification } from "../verification.js";

interface Case {
  readonly name: string;
  /** What the test case ended with; none for one that passed. */
  readonly outcome?: { readonly kind: "failure" | "error" | "skipped"; readonly message: string; readonly text?: string };
}

/**
 * A verification as JUnit XML: a test case for each rule, probe, breakage and open question. What a rule had nothing
 * to look at is skipped, not passed.
 */
export function toJunit(verification: Verification): string {
  const suites = suitesOf(verification).filter(([, cases]) => cases.length > 0);
  const all = suites.flatMap(([, cases]) => cases);
  const written = suites.map(([name, cases]) =>
    [
      `  <testsuite ${attributes({ name, ...totals(cases), time: "0", timestamp: verification.checkedAt.slice(0, 19) })}>`,
      ...cases.map((each) => writeCase(name, each)),
      "  </testsuite>",
    ].join("\n"),
  );
  const head = `<testsuites ${attributes({ name: "azora isolation:verify", ...totals(all), time: "0" })}>`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...written, "</testsuites>", ""].join("\n");
}

function suitesOf({ rules, probes, selfTest, findings, unclear, stale }: Verification): [name: string, cases: Case[]][] {
  const failing = new Map<string, Finding[]>();
  for (const finding of findings) failing.set(finding.rule, [...(failing.get(finding.rule) ?? []), finding]);
  const judged = (id: string, title: string, checked: number): Case => {
    const found = failing.get(id) ?? [];
    failing.delete(id);
    if (found.length > 0) return { name: `${id}: ${title}`, outcome: failure(found) };
    if (checked === 0) return { name: `${id}: ${title}`, outcome: { kind: "skipped", message: "nothing there to check" } };
    return { name: `${id}: ${title}` };
  };
  const ofLayer = (layer: string) =>
    rules.filter((rule) => rule.layer === layer).map((rule) => judged(rule.id, rule.title, rule.checked));
  const named: [string, Case[]][] = [
    ["azora.static", ofLayer("static")],
    ["azora.source", ofLayer("source")],
    ["azora.probes", probes.map(({ id, title, attempts }) => judged(id, title, attempts.length))],
    [
      "azora.self-test",
      (selfTest ?? []).map(({ name, seen, statement, expected, red }) => ({
        name,
        ...(!seen && {
          outcome: {
            kind: "failure" as const,
            message: "broken on purpose, and not noticed",
            text: `${statement}\nexpected: ${expected.join(", ")}\nred: ${red.join(", ") || "nothing"}`,
          },
        }),
      })),
    ],
    ["azora.unclear", unclear.map((text) => ({ name: text, outcome: { kind: "error" as const, message: text } }))],
    [
      "azora.baseline",
      stale.map(({ rule, object, why }) => ({
        name: `${rule ?? "any rule"}, ${object}`,
        outcome: { kind: "skipped" as const, message: why },
      })),
    ],
  ];
  // Findings whose rule is in none of the lists still fail.
  return [...named, ["azora.other", [...failing].map(([id, found]) => ({ name: id, outcome: failure(found) }))]];
}

function failure(found: readonly Finding[]): NonNullable<Case["outcome"]> {
  const text = found.map(({ severity, object, allows, evidence, fix }) =>
    [`[${severity}] ${object}`, allows, `seen: ${evidence}`, ...(fix === null ? [] : [`fix: ${fix}`])].join("\n"),
  );
  return {
    kind: "failure",
    message: `${found.length} found: ${found.map(({ object }) => object).join(", ")}`,
    text: text.join("\n\n"),
  };
}

function totals(cases: readonly Case[]): Record<string, string> {
  const count = (kind: string) => String(cases.filter(({ outcome }) => outcome?.kind === kind).length);
  return { tests: String(cases.length), failures: count("failure"), errors: count("error"), skipped: count("skipped") };
}

function writeCase(suite: string, { name, outcome }: Case): string {
  const open = `    <testcase ${attributes({ classname: suite, name, time: "0" })}`;
  if (!outcome) return `${open}/>`;
  const { kind, message, text = "" } = outcome;
  const type = kind === "skipped" ? {} : { type: kind };
  return `${open}>\n      <${kind} ${attributes({ message, ...type })}>${escapeXml(text)}</${kind}>\n    </testcase>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(value).replaceAll("\n", "&#10;")}"`)
    .join(" ");
}

// What XML 1.0 has no way to write, lone surrogates included.
const ILLEGAL = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escapeXml(text: string): string {
  return text
    .replace(ILLEGAL, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}
