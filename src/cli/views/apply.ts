import type { ChalkInstance } from "chalk";
import type { ApplyResult, FailedTenant } from "../../control-plane/apply/apply.js";
import type { Plan, PlannedStep } from "../../control-plane/apply/plan.js";
import type { TenantState } from "../../control-plane/apply/state.js";
import type { Problem } from "../../control-plane/manifest/parse.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";
import { plainLine } from "../text.js";

/** More than anybody reads on a screen; a pipe gets all. */
const SHOWN = 200;

interface Row {
  readonly action: PlannedStep["action"] | "keep";
  readonly slug: string;
  readonly what: string;
}

const PAINT: Record<Row["action"], (colour: ChalkInstance) => ChalkInstance> = {
  create: (colour) => colour.green,
  update: (colour) => colour.yellow,
  prune: (colour) => colour.red,
  keep: (colour) => colour.dim,
};

/** What a plan will do, tenant by tenant. */
export function planTable(output: Output, plan: Plan): string {
  const rows: Row[] = [
    ...plan.steps.map((step) => ({ action: step.action, slug: step.after.slug, what: describe(step, plan) })),
    ...plan.kept.map(({ slug, message }) => ({ action: "keep" as const, slug, what: message })),
  ];
  if (rows.length === 0 && output.isTty) return "No changes.";
  const shown = output.isTty ? rows.slice(0, SHOWN) : rows;
  const table = renderTable(
    output,
    [
      { title: "ACTION", value: ({ action }) => action, paint: (text, colour, { action }) => PAINT[action](colour)(text) },
      { title: "SLUG", value: ({ slug }) => slug },
      { title: "WHAT", value: ({ what }) => what, canShrink: true },
    ],
    shown,
  );
  const left = rows.length - shown.length;
  return left > 0 ? `${table}\n… and ${left.toLocaleString("en-US")} more` : table;
}

function describe({ action, before, after }: PlannedStep, { pruneAfterSeconds }: Plan): string {
  const changes = (Object.keys(after) as (keyof TenantState)[])
    .filter((field) => field !== "slug" && JSON.stringify(before?.[field]) !== JSON.stringify(after[field]))
    .map((field) => (before ? `${field} ${show(before[field])} → ${show(after[field])}` : `${field} ${show(after[field])}`));
  if (action === "prune") return `no manifest names it: suspend, purge in ${(pruneAfterSeconds ?? 0) / 86_400} days`;
  return changes.join(", ");
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `2 to create, 1 to update, 10 unchanged` */
export function planSummary({ steps, kept, unchanged }: Plan): string {
  const count = (action: PlannedStep["action"]) => steps.filter((step) => step.action === action).length;
  const parts = [
    [count("create"), "to create"],
    [count("update"), "to update"],
    [count("prune"), "to purge later"],
    [kept.length, "kept"],
    [unchanged, "unchanged"],
  ] as const;
  return parts
    .filter(([number], at) => number > 0 || at === parts.length - 1)
    .map(([number, words]) => `${number.toLocaleString("en-US")} ${words}`)
    .join(", ");
}

/** What became of a plan. */
export function applied(output: Output, result: ApplyResult): string {
  const { created, updated, pruned, unchanged, doneBefore, kept, failed } = result;
  const counts = renderDetails(output, [
    { label: "Created", value: created },
    { label: "Updated", value: updated },
    { label: "To be purged", value: pruned },
    { label: "Unchanged", value: unchanged },
    ...(doneBefore > 0 ? [{ label: "Done before", value: doneBefore }] : []),
    ...(kept.length > 0 ? [{ label: "Kept", value: kept.length }] : []),
    { label: "Failed", value: failed.length },
  ]);
  return failed.length === 0 ? counts : `${counts}\n\n${failedTable(output, failed)}`;
}

function failedTable(output: Output, failed: readonly FailedTenant[]): string {
  return renderTable(
    output,
    [
      { title: "FAILED", value: ({ slug }) => slug, paint: (text, colour) => colour.red(text) },
      { title: "CODE", value: ({ code }) => code },
      { title: "MESSAGE", value: ({ message }) => message, canShrink: true },
    ],
    failed,
  );
}

/** One line a problem, as compilers write them and editors find them. */
export function problemLines(problems: readonly Problem[]): string {
  return problems.map(({ file, line, column, message }) => plainLine(`${file}:${line}:${column}: ${message}`)).join("\n");
}
