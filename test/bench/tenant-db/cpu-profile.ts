import { type Profiler, Session } from "node:inspector/promises";

/** Microseconds of this process by whose code ran: package, `node`, `azora`, `(garbage collector)`, `(idle)`. */
export type CpuShares = Readonly<Record<string, number>>;

const SAMPLE_US = 100;

/** Runs `work` under V8's profiler. */
export async function profileCpu(work: () => Promise<unknown>): Promise<CpuShares> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_US });
    await session.post("Profiler.start");
    await work();
    return sharesOf((await session.post("Profiler.stop")).profile);
  } finally {
    session.disconnect();
  }
}

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): CpuShares {
  const owners = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame.url, callFrame.functionName)]));
  const shares: Record<string, number> = {};
  for (const [at, sample] of samples.entries()) {
    const owner = owners.get(sample) ?? "(program)";
    // A sample stands for the time until the next one.
    shares[owner] = (shares[owner] ?? 0) + (timeDeltas[at + 1] ?? 0);
  }
  return shares;
}

function ownerOf(url: string, functionName: string): string {
  const inPackages = url.split("/node_modules/").at(-1);
  if (url.includes("/node_modules/") && inPackages) return inPackages.match(/^(@[^/]+\/[^/]+|[^/]+)/)?.[1] ?? url;
  if (url.startsWith("wasm:")) return "Prisma's query compiler (wasm)";
  if (url.startsWith("node:")) return "node";
  if (url.includes("/dist/generated/")) return "the generated client";
  if (url.includes("/dist/")) return "azora";
  if (url.includes("/test/bench/")) return "the bench";
  return functionName.startsWith("(") ? functionName : "V8 and the kernel's calls";
}
