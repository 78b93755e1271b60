import { markdownTable } from "../markdown-table.js";
import { isReached, type Line, type LineGroup } from "./line.js";

/** One file each, imported only when it is run. */
const GROUPS: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<LineGroup> }>> = {
  export: {
    about: "audit:export as JSON lines beside psql's \\copy of the same query: rate and memory",
    load: () => import("./export.js"),
  },
  verify: {
    about: "audit:verify beside reading and hashing the same lines once (--rows 1000000 --rounds 3)",
    load: () => import("./verify.js"),
  },
  sealing: {
    about: "the rate of audited writes while their log is sealed every 5 s, beside without (--seconds 12 --rounds 5)",
    load: () => import("./sealing.js"),
  },
  tampering: {
    about: "random changes of a sealed log by a superuser: how many are found (--changes 1000 --seed 1)",
    load: () => import("./tampering.js"),
  },
};

/** What the audit logs have to reach, line by line: all groups, or the one that is named, with its options. */
export async function run(args: readonly string[]): Promise<void> {
  const isNamed = args[0] !== undefined && Object.hasOwn(GROUPS, args[0]);
  const names = isNamed ? [args[0] as string] : Object.keys(GROUPS);
  const options = (isNamed ? args.slice(1) : args).filter((arg) => arg !== "--json");
  if (options.includes("--help")) {
    const known = Object.entries(GROUPS).map(([name, { about }]) => `  npm run bench -- audit ${name}    ${about}`);
    process.stdout.write(`${known.join("\n")}\n\n  --json    one document on stdout\n`);
    return;
  }
  const lines: Line[] = [];
  for (const name of names) lines.push(...((await (await GROUPS[name]?.load())?.measure(options)) ?? []));
  process.stdout.write(args.includes("--json") ? `${JSON.stringify(lines)}\n` : `${table(lines)}\n`);
}

function table(lines: readonly Line[]): string {
  return markdownTable(
    ["", "measured", "goal", "reached", "made of"],
    lines.map((line) => [
      line.text,
      `${line.value.toFixed(2)} ${line.unit}`,
      "atLeast" in line.goal ? `>= ${line.goal.atLeast}` : `<= ${line.goal.atMost}`,
      isReached(line) ? "yes" : "NO",
      line.detail,
    ]),
  );
}
