import type { LastCheck } from "../../installation/overview/last-check.js";
import type { Overview } from "../../installation/overview/state.js";
import type { Cell } from "../cell.js";
import { type Detail, renderDetails } from "../details.js";
import { hidePasswords } from "../failure.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

/** Where one is as lines, and below them what to do next. */
export function overviewText(output: Output, overview: Overview): string {
  const { login, tenants, lastCheck, next } = overview;
  const { colour } = output;
  const details: Detail[] = [
    { label: "Installation", value: installation(overview) },
    ...database(overview),
    ...(login ? [{ label: "Login", value: `${login.name} (${login.role ?? login.plane})` }] : []),
    ...(tenants ? [{ label: "Tenants", value: counts(tenants) }] : []),
    ...(overview.installation === "ready" ? [checkDetail(lastCheck)] : []),
  ];
  const commands = renderTable(
    output,
    [
      { title: "NEXT", value: ({ command }) => command, paint: (text) => colour.cyan(text) },
      { title: "WHY", value: ({ why }) => why, canShrink: true },
    ],
    next,
  );
  return `${renderDetails(output, details)}\n\n${commands}`;
}

function installation({ installation: state, context, mode, engine, dataDir }: Overview): Cell {
  if (state === "unreadable") return "its settings can't be read";
  if (state === "none") return "none yet";
  const name = [context, dataDir].filter((each) => each !== null).join(", ");
  return `${mode}, ${engine} engine: ${name}${state === "unfinished" ? " (not finished)" : ""}`;
}

function database({ database: answer }: Overview): Detail[] {
  if (!answer) return [];
  if (answer.ok) return [{ label: "Database", value: "answers", paint: (text, colour) => colour.green(text) }];
  const lines: Detail[] = [
    { label: "Problem", value: hidePasswords(`[${answer.code}] ${answer.message}`), paint: (text, colour) => colour.red(text) },
  ];
  return answer.hint ? [...lines, { label: "Mend", value: hidePasswords(answer.hint) }] : lines;
}

function counts({ active, suspended, purgeScheduled, total }: NonNullable<Overview["tenants"]>): string {
  const others = total - active - suspended - purgeScheduled;
  return [
    `${active} active`,
    `${suspended} suspended`,
    `${purgeScheduled} scheduled for purge`,
    ...(others > 0 ? [`${others} in the making`] : []),
  ].join(", ");
}

function checkDetail(check: LastCheck | null): Detail {
  const label = "Last check";
  if (check === null) return { label, value: "never, on this machine", paint: (text, colour) => colour.yellow(text) };
  const { checkedAt, verdict, violations, unclear, staticOnly } = check;
  const when = `${checkedAt.slice(0, 16).replace("T", " ")} UTC`;
  const outcome = {
    clean: "clean",
    violations: `${violations} violation(s)`,
    undecided: `${unclear} thing(s) could not be told`,
  }[verdict];
  const depth = staticOnly ? " (the catalog alone)" : "";
  return {
    label,
    value: `${outcome}${depth}, ${when}`,
    paint: (text, colour) => (verdict === "clean" ? colour.green(text) : colour.red(text)),
  };
}
