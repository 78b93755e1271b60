import type { Finding } from "../finding.js";
import type { Report } from "../report/report.js";
import { numbered, subjectKey, subjectOf } from "../subject.js";
import type { Verification } from "../verification.js";
import { type Change, type ChangeClass, pairs } from "./change.js";
import { databaseChanges } from "./database.js";
import { fieldChanges } from "./fields.js";
import { relationChanges } from "./relations.js";

export interface Comparison {
  /** Dangerous ones first. */
  readonly changes: readonly Change[];
  readonly counts: Readonly<Record<ChangeClass, number>>;
}

const RANK: Readonly<Record<ChangeClass, number>> = { dangerous: 0, look: 1, safe: 2 };

/**
 * What changed between two reports. It looks at all that a report holds: what no line here knows is for a person to
 * look at, never safe.
 */
export function compareReports(before: Report, after: Report): Comparison {
  const changes = [
    ...relationChanges(before.catalog.relations, after.catalog.relations, after.target),
    ...databaseChanges(before.catalog, after.catalog),
    ...fieldChanges("server", { before: before.catalog.server, after: after.catalog.server }, {}),
    ...fieldChanges("target", { before: before.target, after: after.target }, {}),
    ...verificationChanges(before.verification, after.verification),
  ].sort(
    (one, other) => RANK[one.class] - RANK[other.class] || (one.object < other.object ? -1 : one.object > other.object ? 1 : 0),
  );
  const count = (kind: ChangeClass) => changes.filter((change) => change.class === kind).length;
  return { changes, counts: { dangerous: count("dangerous"), look: count("look"), safe: count("safe") } };
}

/** A finding that came, a check that is no longer made, a breakage that goes unnoticed. */
function verificationChanges(before: Verification, after: Verification): Change[] {
  const came = (object: string, what: string, kind: ChangeClass): Change => ({
    class: kind,
    object,
    what,
    before: null,
    after: null,
  });
  return [
    ...pairs(keyed(before.findings), keyed(after.findings), keyOf).flatMap(({ before: old, after: fresh }) => {
      if (old && fresh) return [];
      if (fresh) return [came(fresh.object, `found now: ${fresh.rule}`, "dangerous")];
      return old ? [came(old.object, `no longer found: ${old.rule}`, "safe")] : [];
    }),
    ...pairs(keyed(before.accepted), keyed(after.accepted), keyOf).flatMap(({ before: old, after: fresh }) =>
      fresh && !old ? [came(fresh.object, `accepted now: ${fresh.rule}, because ${fresh.reason}`, "look")] : [],
    ),
    ...checksGone(before, after).map((id) => came(`check ${id}`, "it is no longer made", "dangerous")),
    ...(after.selfTest ?? [])
      .filter(({ seen }) => !seen)
      .map(({ name }) => came(`self-test ${name}`, "it goes unnoticed", "dangerous")),
    ...after.unclear
      .filter((text) => !before.unclear.includes(text))
      .map((text) => came("verdict", `could not be told: ${text}`, "look")),
  ];
}

/** Findings with what names them: two that are alike are two, and a place in a file stays the same when its line moves. */
function keyed<Each extends Finding>(findings: readonly Each[]): readonly (Each & { readonly key: string })[] {
  const keys = numbered(findings, (finding) => `${subjectKey(subjectOf(finding))}\n${finding.evidence}`);
  return findings.map((finding, at) => ({ ...finding, key: keys[at] ?? "" }));
}

const keyOf = ({ key }: { readonly key: string }) => key;

function checksGone(before: Verification, after: Verification): string[] {
  const made = ({ rules, probes, selfTest }: Verification) => [
    ...[...rules, ...probes].map(({ id }) => id),
    ...(selfTest ?? []).map(({ name }) => `self-test ${name}`),
  ];
  const still = new Set(made(after));
  return made(before).filter((id) => !still.has(id));
}
