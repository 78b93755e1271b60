import { markdownTable } from "../markdown-table.js";
import { median } from "../statistics.js";
import { kindOf } from "./contenders/index.js";
import { type GoalResult, rangeOf } from "./goals.js";
import type { Machine } from "./machine.js";
import { ABOUT, OPERATIONS } from "./operations.js";
import { type Cell, type CellResult, ratioOf } from "./parts/calls.js";
import type { Memory } from "./parts/memory.js";
import type { PoolUse } from "./parts/pool.js";
import type { Slowdown } from "./parts/scale.js";

/** All that one run has measured; what was not asked for is left out. */
export interface Report {
  readonly machine: Machine;
  readonly cells?: readonly Cell[];
  readonly pool?: PoolUse;
  readonly memory?: Memory;
  readonly scale?: readonly Slowdown[];
  readonly goals: readonly GoalResult[];
}

/** The report as Markdown, which a terminal shows as well. */
export function writeReport(report: Report): string {
  const { machine, cells, pool, memory, scale, goals } = report;
  const parts = [writeMachine(machine)];
  if (cells)
    parts.push(
      writeContenders(cells),
      ...OPERATIONS.flatMap((operation) => writeOperation(cells, operation)),
      writeFailures(cells),
    );
  if (pool) {
    parts.push(
      `Pool: ${pool.callers} callers on ${pool.connections} connections, ${pool.finished} of ${pool.calls} transactions of 5 statements finished; ` +
        `the longest took ${pool.maxMs.toFixed(0)} ms, the median ${pool.p50Ms.toFixed(1)} ms.${pool.error === undefined ? "" : ` First failure: ${pool.error}`}`,
    );
  }
  if (memory) {
    const { clients, heapMb, outsideMb, rssMb, requests, growthMb, rssGrowthMb } = memory;
    parts.push(
      `Memory: ${clients} live tenant clients, each having run a query, take ${heapMb.toFixed(3)} MB of heap each ` +
        `(${outsideMb.toFixed(3)} MB outside it, ${rssMb.toFixed(3)} MB of resident memory). ` +
        `Over ${requests} requests with a new client each the heap grew by ${growthMb.toFixed(2)} MB (resident ${rssGrowthMb.toFixed(1)} MB).`,
    );
  }
  if (scale?.[0]) {
    const { few, many } = scale[0];
    const rows = scale.map(({ operation, contender, fewMicroseconds, manyMicroseconds, slowdown, quartiles }) => [
      `${operation}, ${contender}`,
      ...[fewMicroseconds, manyMicroseconds].map((time) => time.toFixed(0)),
      `${slowdown.toFixed(3)} (${rangeOf(quartiles)})`,
    ]);
    parts.push(markdownTable(["call, µs", `${few} tenants`, `${many} tenants`, "slowdown"], rows));
  }
  if (goals.length > 0) {
    const rows = goals.map(({ text, limit, value, spread, isReached }) => [
      text,
      limit,
      value,
      spread,
      isReached ? "reached" : "NOT reached",
    ]);
    parts.push(markdownTable(["goal", "limit", "measured", "middle half of the rounds", ""], rows));
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function writeMachine({ versions, latencies, load, cpus, settings }: Machine): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const added = latencies.map(
    ({ asked, added }) =>
      `asked for ${asked} ms, added ${added.median.toFixed(3)} ms to a round trip (nine in ten below ${added.p90.toFixed(3)}; with 16 at once ${added.medianOf16.toFixed(3)})`,
  );
  return [
    `Versions: ${named.join(", ")}.`,
    `Machine: ${cpus}; load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after.`,
    `Server: ${settings}.`,
    ...added.map((line) => `Latency: ${line}.`),
  ].join("\n");
}

function writeContenders(cells: readonly Cell[]): string {
  const names = cells[0]?.results.map(({ contender }) => contender) ?? [];
  return names.map((name) => `- ${name}: ${kindOf(name).about}`).join("\n");
}

function writeOperation(cells: readonly Cell[], operation: Cell["operation"]): string[] {
  const columns = cells.filter((cell) => cell.operation === operation);
  if (columns.length === 0) return [];
  const title = ({ latency, callers }: Cell) =>
    `${latency === 0 ? "loopback" : `${latency} ms`}, ${callers} caller${callers === 1 ? "" : "s"}`;
  const rows = (columns[0]?.results ?? []).map(({ contender }, row) => [
    contender,
    ...columns.map(({ results }) => {
      const result = results[row] as CellResult;
      if (result.error !== undefined) return "failed";
      const stock = results.find((other) => other.contender === "stock");
      const time = median(result.medians).toFixed(0);
      return stock && stock.error === undefined ? `${time} (${ratioOf(result, stock).median.toFixed(2)})` : time;
    }),
  ]);
  return [
    `${operation}: ${ABOUT[operation]}. The median call in µs, and its ratio to stock.`,
    markdownTable(["", ...columns.map(title)], rows),
  ];
}

function writeFailures(cells: readonly Cell[]): string {
  const lines = cells.flatMap(({ operation, callers, latency, results }) =>
    results.flatMap(({ contender, error }) =>
      error === undefined ? [] : [`- ${contender}, ${operation}, ${callers} callers, ${latency} ms: ${error}`],
    ),
  );
  return lines.length === 0 ? "" : `Failed:\n${lines.join("\n")}`;
}
