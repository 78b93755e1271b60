import type { ContenderName } from "./contenders/index.js";
import type { Operation } from "./operations.js";
import { type Cell, ratioOf } from "./parts/calls.js";
import type { Memory } from "./parts/memory.js";
import type { PoolUse } from "./parts/pool.js";
import type { Slowdown } from "./parts/scale.js";
import type { Report } from "./report.js";

/** What a run says of one goal. */
export interface GoalResult {
  readonly text: string;
  readonly limit: string;
  readonly value: string;
  /** How sure that is; empty where there is one measurement. */
  readonly spread: string;
  readonly isReached: boolean;
}

interface RatioGoal {
  readonly of: ContenderName;
  readonly to: ContenderName;
  readonly operations: readonly Operation[];
  readonly latency: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Measured with one caller: with more, it is the processors that are compared. */
const RATIOS: readonly RatioGoal[] = [
  { of: "azora", to: "stock", operations: ["findUnique", "findMany"], latency: 0, atMost: 1 },
  { of: "azora", to: "tuned", operations: ["findUnique", "findMany"], latency: 0, atMost: 1.2 },
  { of: "azora", to: "stock", operations: ["findUnique", "findMany"], latency: 1, atMost: 1.02 },
  { of: "azora", to: "stock", operations: ["transaction", "nestedCreate"], latency: 1, atMost: 0.85 },
  { of: "azora", to: "stock", operations: ["create", "update"], latency: 0, atMost: 1.25 },
  { of: "azora", to: "stock", operations: ["create", "update"], latency: 1, atMost: 1.25 },
  { of: "azora-user", to: "azora-alone", operations: ["findUnique", "findMany", "create", "update"], latency: 0, atMost: 1.05 },
  { of: "rls-extension", to: "azora", operations: ["findUnique", "findMany", "create", "update"], latency: 0, atLeast: 2.5 },
  { of: "rls-extension", to: "azora", operations: ["findUnique", "findMany", "create", "update"], latency: 1, atLeast: 2.5 },
];

const MB_A_CLIENT = 0.25;
/** Over 100,000 requests, ten bytes of each. */
const GROWTH_MB = 1;
const SLOWDOWN = 1.05;

/** The goals that a run has measured something for. */
export function judge({ cells = [], memory, pool, scale = [] }: Omit<Report, "goals">): GoalResult[] {
  return [
    ...RATIOS.flatMap((ratio) => ratio.operations.flatMap((operation) => judgeRatio(cells, ratio, operation))),
    ...(memory ? judgeMemory(memory) : []),
    ...(pool ? judgePool(pool) : []),
    ...scale.filter(({ contender }) => contender === "azora").map(judgeSlowdown),
  ];
}

function judgeMemory({ clients, heapMb, outsideMb, requests, growthMb }: Memory): GoalResult[] {
  const each = heapMb + outsideMb;
  return [
    {
      text: `MB of each of ${clients} live tenant clients`,
      limit: `<= ${MB_A_CLIENT}`,
      value: each.toFixed(3),
      spread: "",
      isReached: each <= MB_A_CLIENT,
    },
    {
      text: `MB that ${requests} requests leave on the heap`,
      limit: `<= ${GROWTH_MB}`,
      value: growthMb.toFixed(2),
      spread: "",
      isReached: growthMb <= GROWTH_MB,
    },
  ];
}

function judgePool({ callers, connections, calls, finished, maxMs }: PoolUse): GoalResult[] {
  return [
    {
      text: `${callers} callers on ${connections} connections all finish`,
      limit: `${calls}`,
      value: `${finished}`,
      spread: `longest ${maxMs.toFixed(0)} ms`,
      isReached: finished === calls,
    },
  ];
}

function judgeSlowdown({ operation, few, many, slowdown, quartiles }: Slowdown): GoalResult {
  return {
    text: `${operation}: ${many} tenants by ${few}`,
    limit: `<= ${SLOWDOWN}`,
    value: slowdown.toFixed(3),
    spread: rangeOf(quartiles),
    isReached: slowdown <= SLOWDOWN,
  };
}

function judgeRatio(cells: readonly Cell[], { of, to, latency, atMost, atLeast }: RatioGoal, operation: Operation): GoalResult[] {
  const cell = cells.find((one) => one.operation === operation && one.latency === latency && one.callers === 1);
  const resultOf = (name: ContenderName) => cell?.results.find(({ contender }) => contender === name);
  const [above, below] = [resultOf(of), resultOf(to)];
  if (!above || !below) return [];
  const { median: value, quartiles, ofMeans } = ratioOf(above, below);
  const isReached = (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
  const limit = atMost === undefined ? `>= ${atLeast?.toFixed(2)}` : `<= ${atMost.toFixed(2)}`;
  const text = `${operation}, ${latency === 0 ? "loopback" : `${latency} ms`}: ${of} / ${to}`;
  const spread = `${rangeOf(quartiles)}; by means ${ofMeans.toFixed(2)}`;
  return [
    Number.isNaN(value)
      ? { text, limit, value: "failed", spread: "", isReached }
      : { text, limit, value: value.toFixed(2), spread, isReached },
  ];
}

/** `0.97 to 1.03` */
export function rangeOf(quartiles: readonly number[]): string {
  return quartiles.map((quartile) => quartile.toFixed(2)).join(" to ");
}
