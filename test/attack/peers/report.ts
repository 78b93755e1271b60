import type { Comparison, Row } from "./compare.js";
import type { Contender } from "./contender.js";

const HEAD = `# The isolation check beside its peers

Made by \`.ci/compare-peers SPLINTER_SQL\`, which plants each fault of \`test/attack/faults\` in azora's own schema, asks every tool, and undoes it.
\`SPLINTER_SQL\` is \`splinter.sql\` of a checkout of github.com/supabase/splinter; the npm packages are installed into \`test/attack/peers\`.

A tool has found a fault when it says something that it doesn't say of the schema without the fault, whatever that is; it has raised a
false alarm when it does so on a harmless look-alike. What a look-alike has exempted by name is let pass for every tool. What it has against azora's schema as it is, is counted apart: these tools know other conventions. The
tables get the names by which each tool looks for them before it is asked. None of them was made to look for most of these faults.
`;

/** The comparison as a page. */
export function report(comparison: Comparison, contenders: readonly Contender[], server: string): string {
  const names = contenders.map(({ name }) => name);
  const summary = contenders.map(({ name, version }) => {
    const of = (rows: readonly Row[]) => `${found(rows, name)} of ${rows.length}`;
    return [name, version, of(comparison.faults), of(comparison.harmless), String(comparison.clean[name])];
  });
  return `${[
    HEAD,
    `PostgreSQL ${server}, Node ${process.versions.node}.\n`,
    table(["tool", "version", "faults found", "false alarms", "said of the clean schema"], summary),
    "",
    ...contenders.map(({ name, setUp }) => `- ${name}: ${setUp}`),
    "- pgrls is a Python package and rls-doctor isn't on npm; neither was run.",
    "",
    ...(comparison.failures.length > 0
      ? ["Not asked, marked `?`:", "", ...comparison.failures.map((each) => `- ${each}`), ""]
      : []),
    `## Faults\n`,
    table(
      ["fault", "what leaks", ...names],
      comparison.faults.map((row) => cells(row, names)),
    ),
    `\n## Harmless look-alikes\n`,
    table(
      ["look-alike", "what it is", ...names],
      comparison.harmless.map((row) => cells(row, names)),
    ),
  ].join("\n")}\n`;
}

function found(rows: readonly Row[], name: string): number {
  return rows.filter(({ said }) => (said[name]?.length ?? 0) > 0).length;
}

/** A finding of a rule is the rule's name; where there are several, the first stands for them. */
function cells({ fault, said }: Row, names: readonly string[]): string[] {
  const cell = (name: string) => {
    const answers = said[name];
    if (answers === null || answers === undefined) return "?";
    const first = answers[0];
    if (first === undefined) return "";
    return name === "azora" || name === "splinter" ? (first.split(" ")[0] ?? "") : shortened(first);
  };
  return [fault.name, fault.says, ...names.map(cell)];
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
