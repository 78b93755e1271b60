import { setTimeout as pause } from "node:timers/promises";
import { azoraClient, azoraConnection } from "../contenders/azora.js";
import type { Place } from "../contenders/contender.js";
import type { Memory } from "./memory.js";

interface Request {
  readonly place: Place;
  readonly requests: number;
  readonly clients: number;
}

const MB = 1_000_000;
/** Requests before the count begins: what is made once, such as compiled code, is there by then. */
const WARM_UP = 2_000;
const AT_ONCE = 8;

async function measure({ place, requests, clients }: Request): Promise<Memory> {
  const connection = azoraConnection(place);
  const newClient = () => azoraClient(connection, place.accountId);
  const request = async (client = newClient()) => {
    await client.document.findMany({ orderBy: { number: "asc" }, take: 20 });
    return client;
  };
  const manyRequests = async (number: number) => {
    let left = number;
    const caller = async () => {
      while (left-- > 0) await request();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
  };

  await manyRequests(WARM_UP);
  const before = await settled();
  const live = [];
  for (let made = 0; made < clients; made++) live.push(await request());
  const with1000 = await settled();
  // Used after the measuring, so that nothing could be collected before it.
  await request(live[0]);
  live.length = 0;

  const start = await settled();
  await manyRequests(requests);
  const end = await settled();
  await connection.engine.close();
  return {
    clients,
    heapMb: (with1000.heapUsed - before.heapUsed) / MB / clients,
    outsideMb: (with1000.external - before.external) / MB / clients,
    rssMb: (with1000.rss - before.rss) / MB / clients,
    requests,
    growthMb: (end.heapUsed - start.heapUsed) / MB,
    rssGrowthMb: (end.rss - start.rss) / MB,
  };
}

/** Memory once nothing is left to collect: finalizers run between collections. */
async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc?.();
    await pause(50);
  }
  return process.memoryUsage();
}

process.once("message", async (request: Request) => process.send?.(await measure(request)));
process.once("disconnect", () => process.exit());
