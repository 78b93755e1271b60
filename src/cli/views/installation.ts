import type { ChalkInstance } from "chalk";
import type { DescribedSetting } from "../../installation/describe-config.js";
import type { Check } from "../../installation/doctor/check.js";
import type { InitResult, InitStep } from "../../installation/initialise.js";
import type { DatabaseStatus } from "../../installation/status.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

export function settingsTable(output: Output, settings: readonly DescribedSetting[]): string {
  return renderTable(
    output,
    [
      { title: "SETTING", value: ({ name }) => name },
      { title: "VALUE", value: ({ value }) => value, canShrink: true },
      { title: "SOURCE", value: ({ source }) => source },
      { title: "FROM", value: ({ from }) => from, canShrink: true },
    ],
    settings,
  );
}

const CHECK_COLOURS: Record<Check["status"], (colour: ChalkInstance) => ChalkInstance> = {
  ok: (colour) => colour.green,
  warning: (colour) => colour.yellow,
  failed: (colour) => colour.red,
  skipped: (colour) => colour.dim,
};

export function checksTable(output: Output, checks: readonly Check[]): string {
  const table = renderTable(
    output,
    [
      {
        title: "STATUS",
        value: ({ status }) => status,
        paint: (text, colour, check) => CHECK_COLOURS[check.status](colour)(text),
      },
      { title: "CHECK", value: ({ name }) => name },
      { title: "FOUND", value: ({ found }) => found, canShrink: true },
      // On a terminal the fixes stand below, whole: they are what to do next.
      ...(output.isTty ? [] : [{ title: "FIX", value: ({ fix }: Check) => fix }]),
    ],
    checks,
  );
  if (!output.isTty) return table;
  const fixes = checks.filter(({ fix }) => fix !== null);
  if (fixes.length === 0) return table;
  return `${table}\n\n${renderDetails(
    output,
    fixes.map(({ name, fix }) => ({ label: name, value: fix })),
  )}`;
}

export function initSteps(output: Output, { steps }: InitResult): string {
  return renderTable<InitStep>(
    output,
    [
      { title: "STEP", value: ({ name }) => name },
      { title: "CHANGED", value: ({ changed }) => changed },
      { title: "DETAIL", value: ({ detail }) => detail, canShrink: true },
    ],
    steps,
  );
}

type Migrations = Readonly<Partial<Record<"applied" | "pending" | "unknown", readonly string[]>>>;

export function migrationTable(output: Output, { applied = [], pending = [], unknown = [] }: Migrations): string {
  const rows = Object.entries({ applied, pending, unknown }).flatMap(([state, names]) => names.map((name) => ({ state, name })));
  if (rows.length === 0 && output.isTty) return "No migrations.";
  return renderTable(
    output,
    [
      {
        title: "STATE",
        value: ({ state }) => state,
        paint: (text, colour) => (text === "applied" ? colour.green(text) : colour.yellow(text)),
      },
      { title: "MIGRATION", value: ({ name }) => name },
    ],
    rows,
  );
}

/** Each migration with its state, and the drift as the SQL that would mend it. */
export function databaseState(output: Output, status: DatabaseStatus): string {
  const { engine, database, drift } = status;
  const drifted = drift === null ? "not looked for: it needs the owner's login" : drift.length === 0 ? "none" : "found";
  return [
    renderDetails(output, [
      { label: "Engine", value: engine },
      { label: "Database", value: database },
      { label: "Drift", value: drifted },
    ]),
    migrationTable(output, status),
    ...(drift ?? []).map(({ schema, sql }) => `-- schema ${schema} differs from its file; this would make it equal:\n${sql}`),
  ].join("\n\n");
}
