import { parseArgs } from "node:util";
import { CONTENDERS, type ContenderName } from "./contenders/index.js";
import { OPERATIONS, type Operation } from "./operations.js";

export const PARTS = ["calls", "pool", "memory", "scale"] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly parts: readonly Part[];
  readonly operations: readonly Operation[];
  readonly contenders: readonly ContenderName[];
  readonly callers: readonly number[];
  /** What is added to a round trip, in ms; 0 is loopback. */
  readonly latencies: readonly number[];
  readonly rounds: number;
  readonly roundMs: number;
  /** Tenants in the large tables, where the small ones have 10. */
  readonly manyTenants: number;
  /** Requests, each with a new client, over which memory may not grow. */
  readonly requests: number;
  readonly json: boolean;
  readonly profile: Operation | undefined;
}

export const HELP = `npm run bench -- tenant-db [options]

  --quick              short rounds, fewer tenants and requests
  --part LIST          of ${PARTS.join(", ")}; all unless a filter below is given
  --only LIST          of ${OPERATIONS.join(", ")}
  --contender LIST     of ${Object.keys(CONTENDERS).join(", ")}
  --callers LIST       numbers of concurrent callers (1,16)
  --latency LIST       ms added to a round trip (0,1)
  --rounds N, --round-ms N
  --profile OPERATION  where the time of one operation goes, instead
  --json               one document on stdout
`;

/** @returns what was asked for; undefined for --help */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      part: { type: "string" },
      only: { type: "string" },
      contender: { type: "string" },
      callers: { type: "string" },
      latency: { type: "string" },
      rounds: { type: "string" },
      "round-ms": { type: "string" },
      profile: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const isFiltered = [values.only, values.contender, values.callers, values.latency].some((value) => value !== undefined);
  const { quick } = values;
  return {
    parts: values.part === undefined && isFiltered ? ["calls"] : listOf(values.part, PARTS),
    operations: listOf(values.only, OPERATIONS),
    contenders: listOf(values.contender, Object.keys(CONTENDERS) as ContenderName[]),
    callers: numbers(values.callers ?? "1,16"),
    latencies: numbers(values.latency ?? "0,1"),
    // Many short rounds rather than a few long ones: what else the machine does then meets everybody alike.
    rounds: Number(values.rounds ?? (quick ? 3 : 25)),
    roundMs: Number(values["round-ms"] ?? (quick ? 50 : 100)),
    manyTenants: quick ? 500 : 10_000,
    requests: quick ? 5_000 : 100_000,
    json: values.json,
    profile: values.profile === undefined ? undefined : listOf(values.profile, OPERATIONS)[0],
  };
}

/** @throws Error for a word that isn't one of the known */
function listOf<T extends string>(given: string | undefined, known: readonly T[]): readonly T[] {
  if (given === undefined) return known;
  const words = given.split(",");
  const unknown = words.find((word) => !known.includes(word as T));
  if (unknown !== undefined) throw new Error(`"${unknown}" is none of ${known.join(", ")}.`);
  // In the order of the report, whatever order they were asked for in.
  return known.filter((word) => words.includes(word));
}

function numbers(given: string): readonly number[] {
  const values = given.split(",").map(Number);
  if (values.some((value) => !Number.isFinite(value) || value < 0)) throw new Error(`"${given}" is no list of numbers.`);
  return values;
}
