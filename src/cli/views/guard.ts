import type { Finding } from "../../installation/guard/finding.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

/** The steps of a run, done or left. */
export function stepList(
  output: Output,
  { done, left }: { readonly done: readonly string[]; readonly left: readonly string[] },
): string {
  const rows = [...done.map((name) => ({ state: "done", name })), ...left.map((name) => ({ state: "left", name }))];
  if (rows.length === 0 && output.isTty) return "Nothing is left to do.";
  return renderTable(
    output,
    [
      { title: "STATE", value: ({ state }) => state },
      { title: "STEP", value: ({ name }) => name, canShrink: true },
    ],
    rows,
  );
}

/** What a person sees before agreeing. */
export function changesWarning(output: Output, database: string, findings: readonly Finding[]): string {
  const title = output.colour.red.bold(`This changes the keys, the rights and the owner of tables in ${database}:`);
  const lines = findings.filter(({ severity }) => severity === "changes").map(({ message }) => `  - ${message}`);
  return `${title}\n\n${lines.join("\n")}\n`;
}
