import type { ContenderName } from "./contenders/index.js";
import type { Operation } from "./operations.js";
import type { Cell } from "./parts/calls.js";
import type { Report } from "./report.js";

/** What a run says of one goal. */
export interface GoalResult {
  readonly text: string;
  readonly limit: string;
  readonly value: string;
  readonly isReached: boolean;
}

interface Ratio {
  readonly of: ContenderName;
  readonly to: ContenderName;
  readonly operations: readonly Operation[];
  readonly latency: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Measured with one caller: with more, it is the processors that are compared. */
const RATIOS: readonly Ratio[] = [
  { of: "azora", to: "stock", operations: ["findUnique", "findMany"], latency: 0, atMost: 1 },
  { of: "azora", to: "tuned", operations: ["findUnique", "findMany"], latency: 0, atMost: 1.2 },
  { of: "azora", to: "stock", operations: ["findUnique", "findMany"], latency: 1, atMost: 1.02 },
  { of: "azora", to: "stock", operations: ["transaction", "nestedCreate"], latency: 1, atMost: 0.85 },
  { of: "azora", to: "stock", operations: ["create", "update"], latency: 0, atMost: 1.25 },
  { of: "azora", to: "stock", operations: ["create", "update"], latency: 1, atMost: 1.25 },
  { of: "rls-extension", to: "azora", operations: ["findUnique", "findMany", "create", "update"], latency: 0, atLeast: 2.5 },
  { of: "rls-extension", to: "azora", operations: ["findUnique", "findMany", "create", "update"], latency: 1, atLeast: 2.5 },
];

const MB_A_CLIENT = 0.25;
/** What 100,000 requests may leave: less than five clients do. */
const GROWTH_MB = 1;
const SLOWDOWN = 1.05;

/** The goals that a run has measured something for. */
export function judge({ cells = [], memory, pool, scale = [] }: Omit<Report, "goals">): GoalResult[] {
  const results = RATIOS.flatMap((ratio) => ratio.operations.flatMap((operation) => judgeRatio(cells, ratio, operation)));
  if (memory) {
    const each = memory.heapMb + memory.outsideMb;
    results.push(
      goal(`MB of each of ${memory.clients} live tenant clients`, `<= ${MB_A_CLIENT}`, each.toFixed(3), each <= MB_A_CLIENT),
      goal(
        `MB that ${memory.requests} requests leave on the heap`,
        `<= ${GROWTH_MB}`,
        memory.growthMb.toFixed(2),
        memory.growthMb <= GROWTH_MB,
      ),
    );
  }
  if (pool) {
    const { callers, connections, calls, finished, failed } = pool;
    results.push(
      goal(
        `${callers} callers on ${connections} connections all finish`,
        `${calls}`,
        `${finished}`,
        finished === calls && failed === 0,
      ),
    );
  }
  for (const { operation, contender, few, many, slowdown } of scale) {
    if (contender !== "azora") continue;
    results.push(goal(`${operation}: ${many} tenants by ${few}`, `<= ${SLOWDOWN}`, slowdown.toFixed(3), slowdown <= SLOWDOWN));
  }
  return results;
}

function judgeRatio(cells: readonly Cell[], { of, to, latency, atMost, atLeast }: Ratio, operation: Operation): GoalResult[] {
  const cell = cells.find((one) => one.operation === operation && one.latency === latency && one.callers === 1);
  const resultOf = (name: ContenderName) => cell?.results.find(({ contender }) => contender === name);
  const [above, below] = [resultOf(of), resultOf(to)];
  if (!above || !below) return [];
  const value = to === "stock" ? above.toStock : above.microseconds / below.microseconds;
  const isReached = (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
  const limit = atMost === undefined ? `>= ${atLeast?.toFixed(2)}` : `<= ${atMost.toFixed(2)}`;
  return [
    goal(`${operation}, ${latency === 0 ? "loopback" : `${latency} ms`}: ${of} / ${to}`, limit, value.toFixed(2), isReached),
  ];
}

function goal(text: string, limit: string, value: string, isReached: boolean): GoalResult {
  return { text, limit, value, isReached };
}
