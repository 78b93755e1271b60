import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Options } from "../options.js";
import type { Stage } from "../stage.js";

/** What tenant clients weigh, in MB (of 1,000,000 bytes). */
export interface Memory {
  readonly clients: number;
  /** Of each, on the heap; in buffers outside it; and in all that the process holds. */
  readonly heapMb: number;
  readonly outsideMb: number;
  readonly rssMb: number;
  readonly requests: number;
  /** What the requests left, with none of their clients in use any more. */
  readonly growthMb: number;
  readonly rssGrowthMb: number;
}

export const LIVE_CLIENTS = 1000;

/** Measures in a process of its own, which can ask for garbage collection. */
export async function measureMemory(stage: Stage, { requests }: Options): Promise<Memory> {
  const place = await stage.place("azora", { tenants: 100, withRevisions: true });
  const program = fileURLToPath(new URL("./memory-process.ts", import.meta.url));
  const child = fork(program, { execArgv: [...process.execArgv, "--expose-gc"] });
  const answered = once(child, "message");
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The process that measures memory ended with ${code}.`);
  });
  child.send({ place, requests, clients: LIVE_CLIENTS });
  const [memory] = await Promise.race([answered, ended]);
  ended.catch(() => undefined);
  child.disconnect();
  return memory as Memory;
}
