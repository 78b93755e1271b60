import type { Attempt, Cell, QuickstartEvent } from "../../quickstart/events.js";
import type { QuickstartResult } from "../../quickstart/result.js";

/** What the story is written with: the terminal lends it, and a pipe's is without colour. */
export interface Pen {
  /** Columns that a line may take. */
  readonly width: number;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  code(text: string): string;
  wrap(text: string, width: number): readonly string[];
  table(head: readonly string[], rows: readonly (readonly Cell[])[], width: number): string;
}

const CHAPTERS = 9;

/** @returns the text of one event; undefined for those that are not part of the story */
export function tell(event: QuickstartEvent, pen: Pen): string | undefined {
  switch (event.kind) {
    case "chapter":
      return [
        "",
        pen.bold(`${event.number}/${CHAPTERS}  ${event.title}`),
        ...pen.wrap(event.why, pen.width - 5).map((line) => `     ${pen.dim(line)}`),
        "",
        "",
      ].join("\n");
    case "done":
      return hanging(`  ${pen.good("✓")} `, "    ", event.what, pen);
    case "attempt":
      return tellAttempt(event.attempt, pen);
    case "table":
      return `\n${indented(pen.table(event.head, event.rows, pen.width - 4), "    ")}\n`;
    default:
      return undefined;
  }
}

function tellAttempt({ by, tries, statement, outcome, code, answer, asPromised }: Attempt, pen: Pen): string {
  const paint = asPromised ? pen.good : pen.bad;
  const said = outcome === "refused" ? `refused, ${code}: ${answer}` : answer;
  const [first = "", ...rest] = pen.wrap(said, pen.width - 6);
  return [
    hanging("  ", "  ", `${by} ${tries}`, pen),
    ...pen.wrap(statement, pen.width - 6).map((line, at) => `    ${pen.dim(at === 0 ? ">" : " ")} ${pen.code(line)}`),
    `    ${paint(`${asPromised ? "✓" : "✗"} ${first}`)}`,
    ...rest.map((line) => `      ${paint(line)}`),
  ].join("\n");
}

/** The end: the three figures, and where everything went. */
export function tellEnd({ figures, seconds, kept, attempts, controlPlane }: QuickstartResult, pen: Pen): string {
  const { recordsWithAccountId: records, rowsVisibleToControlPlane: visible, deletion } = figures;
  const rows: [string, string][] = [
    ["Records that carry account_id", `${count(records.carrying)} of ${count(records.total)} = ${records.percent} %`],
    ["Tenant rows that the control plane can select", `${count(visible.visible)} of ${count(visible.total)}`],
    [
      "What deletion does",
      `cascades in ${deletion.cascading} of ${deletion.tables} tables; ${count(deletion.rowsDeleted)} rows deleted, ${deletion.rowsLeft} left`,
    ],
  ];
  const margin = Math.max(...rows.map(([label]) => label.length)) + 3;
  const tried = attempts.length + controlPlane.tried;
  return [
    ...rows.map(([label, value]) => `  ${label.padEnd(margin)}${pen.bold(pen.good(value))}`),
    "",
    hanging("  ", "  ", `${tried} statements tried, each answered as promised, in ${seconds} s.`, pen),
    ...(kept === null
      ? [hanging("  ", "  ", "Nothing is left behind: database and exports were in a temporary directory, which is gone.", pen)]
      : [
          hanging("  ", "  ", `The installation and the exported logs stay in ${kept}. Go on with:`, pen),
          `    ${pen.code(`AZORA_DATA_DIR=${kept} azora tenant:list`)}`,
        ]),
  ].join("\n");
}

function hanging(first: string, others: string, text: string, pen: Pen): string {
  return pen
    .wrap(text, pen.width - others.length)
    .map((line, at) => (at === 0 ? first : others) + line)
    .join("\n");
}

function indented(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by);
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}
