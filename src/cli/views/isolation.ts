import type { ChalkInstance } from "chalk";
import type { Change, ChangeClass } from "../../isolation/diff/change.js";
import type { Comparison } from "../../isolation/diff/compare-reports.js";
import type { FigureLine } from "../../isolation/figure-lines.js";
import type { Finding, Severity } from "../../isolation/finding.js";
import type { Verification } from "../../isolation/verification.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

interface CheckRow {
  readonly layer: string;
  readonly id: string;
  readonly holds: string;
  readonly checked: number;
  readonly found: number;
}

/** What was checked by layer, what was found with its mend, and the three figures last. */
export function verificationText(output: Output, verification: Verification, figures: readonly FigureLine[]): string {
  const { findings, accepted, stale, unclear } = verification;
  return [
    checksTable(output, verification),
    ...findings.map((finding) => findingText(output, finding)),
    ...(unclear.length > 0
      ? [renderTable(output, [{ title: "COULD NOT BE TOLD", value: (text) => text, canShrink: true }], unclear)]
      : []),
    ...(accepted.length > 0 ? [acceptedTable(output, accepted)] : []),
    ...(stale.length > 0 ? [staleTable(output, stale)] : []),
    ...(figures.length > 0 ? [renderDetails(output, figureDetails(figures))] : []),
  ].join("\n\n");
}

function checksTable(output: Output, { rules, probes, selfTest }: Verification): string {
  const rows: CheckRow[] = [
    ...rules.map(({ layer, id, title, checked, found }) => ({ layer, id, holds: title, checked, found })),
    ...probes.map(({ id, title, attempts }) => ({
      ...{ layer: "probe", id, holds: title, checked: attempts.length },
      found: attempts.filter(({ outcome }) => outcome === "broken").length,
    })),
    ...(selfTest ?? []).map(({ name, seen }) => ({
      ...{ layer: "self-test", id: name, holds: "broken on purpose, it is noticed", checked: 1, found: seen ? 0 : 1 },
    })),
  ];
  return renderTable(
    output,
    [
      { title: "LAYER", value: ({ layer }) => layer },
      { title: "CHECK", value: ({ id }) => id, canShrink: true },
      { title: "HOLDS WHEN NOTHING IS FOUND", value: ({ holds }) => holds, canShrink: true, canDrop: true },
      { title: "CHECKED", value: ({ checked }) => checked, align: "right" },
      {
        title: "FOUND",
        value: ({ found }) => found,
        align: "right",
        paint: (text, colour, { checked, found }) =>
          found > 0 ? colour.red(text) : checked === 0 ? colour.dim(text) : colour.green(text),
      },
    ],
    rows,
  );
}

const SEVERITY: Readonly<Record<Severity, (colour: ChalkInstance) => ChalkInstance>> = {
  critical: (colour) => colour.red.bold,
  high: (colour) => colour.red,
  medium: (colour) => colour.yellow,
  low: (colour) => colour.dim,
};

function findingText(output: Output, { severity, layer, rule, object, allows, evidence, fix }: Finding): string {
  return renderDetails(output, [
    { label: "Finding", value: `${severity}: ${object}`, paint: (text, colour) => SEVERITY[severity](colour)(text) },
    { label: "Rule", value: `${rule} (${layer})` },
    { label: "Allows", value: allows },
    { label: "Seen", value: evidence },
    { label: "Mend", value: fix ?? "needs a decision" },
  ]);
}

function acceptedTable(output: Output, accepted: Verification["accepted"]): string {
  return renderTable(
    output,
    [
      { title: "ACCEPTED", value: ({ rule }) => rule },
      { title: "OBJECT", value: ({ object }) => object, canShrink: true },
      { title: "UNTIL", value: ({ until }) => until },
      { title: "REASON", value: ({ reason }) => reason, canShrink: true },
    ],
    accepted,
  );
}

function staleTable(output: Output, stale: Verification["stale"]): string {
  return renderTable(
    output,
    [
      { title: "NO LONGER SERVES", value: ({ rule }) => rule ?? "any rule" },
      { title: "OBJECT", value: ({ object }) => object, canShrink: true },
      { title: "WHY", value: ({ why }) => why, canShrink: true },
    ],
    stale,
  );
}

function figureDetails(figures: readonly FigureLine[]) {
  return figures.map(({ value, title, detail, good }) => ({
    label: title.replace(/^./, (first) => first.toUpperCase()),
    value: `${value} (${detail})`,
    paint: (text: string, colour: ChalkInstance) => (good === null ? text : good ? colour.green(text) : colour.red(text)),
  }));
}

const CLASS: Readonly<Record<ChangeClass, { readonly word: string; paint(colour: ChalkInstance): ChalkInstance }>> = {
  dangerous: { word: "dangerous", paint: (colour) => colour.red.bold },
  look: { word: "needs a look", paint: (colour) => colour.yellow },
  safe: { word: "safe", paint: (colour) => colour.green },
};

/** What changed between two reports, dangerous changes first. */
export function comparisonTable(output: Output, { changes }: Comparison): string {
  if (changes.length === 0 && output.isTty) return "Nothing changed.";
  return renderTable<Change>(
    output,
    [
      {
        title: "CLASS",
        value: (change) => CLASS[change.class].word,
        paint: (text, colour, change) => CLASS[change.class].paint(colour)(text),
      },
      { title: "OBJECT", value: ({ object }) => object, canShrink: true },
      { title: "WHAT", value: ({ what }) => what, canShrink: true },
      { title: "BEFORE", value: ({ before }) => before, canShrink: true, canDrop: true },
      { title: "AFTER", value: ({ after }) => after, canShrink: true, canDrop: true },
    ],
    changes,
  );
}
