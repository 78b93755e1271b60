import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startServer } from "../../support/postgres-server.js";
import { markdownTable } from "../markdown-table.js";
import { median, shuffled } from "../statistics.js";
import { installPeers, PEERS } from "./peers.js";
import { type Spent, spend } from "./process.js";

const RUN = fileURLToPath(new URL("../../../bin/run.js", import.meta.url));

/** What azora may take beyond Node with nothing to do, in milliseconds. */
const LIMITS: Readonly<Record<string, number>> = { "azora --version": 90, "azora --help": 90, "azora tenant:list": 300 };
/** What azora may take of what another takes for the same. */
const SHARE = 0.5;

/** Short commands as whole processes, each round all of them in random order. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "15" },
      // Others are a quarter of a gigabyte from npm.
      alone: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const directory = mkdtempSync(join(tmpdir(), "azora-bench-"));
  const server = await startServer();
  try {
    const env = { AZORA_DATA_DIR: join(directory, "data"), HOME: directory };
    await spend([RUN, "init", "--yes"], { ...env, AZORA_OWNER_URL: server.url });
    const commands = commandsOf(values.alone ? {} : installPeers(directory));
    const spent = new Map<string, Spent[]>(Object.keys(commands).map((name) => [name, []]));
    // The first round warms the disk's cache.
    for (let round = -1; round < Number(values.rounds); round++) {
      for (const [name, argv] of shuffled(Object.entries(commands))) {
        const one = await spend(argv, env);
        if (round >= 0) spent.get(name)?.push(one);
      }
    }
    const figures = [...spent].map(
      ([name, all]): Figure => ({
        name,
        wall: median(all.map(({ wall }) => wall)),
        processor: median(all.map(({ processor }) => processor)),
      }),
    );
    process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : `${report(figures)}\n`);
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Figure extends Spent {
  readonly name: string;
}

function commandsOf(peers: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  const programs = { azora: RUN, ...peers };
  const both = Object.entries(programs).flatMap(([name, program]) =>
    ["--version", "--help"].map((flag) => [`${name} ${flag}`, [program, flag]] as const),
  );
  return { "node, nothing to do": ["-e", "0"], ...Object.fromEntries(both), "azora tenant:list": [RUN, "tenant:list"] };
}

function report(figures: readonly Figure[]): string {
  const of = (name: string) => figures.find((figure) => figure.name === name) as Figure;
  const bare = of("node, nothing to do");
  const ms = (value: number) => value.toFixed(0);
  const times = markdownTable(
    ["median of a process, ms", "by the clock", "processor"],
    figures.map(({ name, wall, processor }) => [name, ms(wall), ms(processor)]),
  );
  const over = Object.entries(LIMITS).map(([name, limit]) => [
    `${name}, beyond Node`,
    `<= ${limit} ms`,
    ms(of(name).wall - bare.wall),
    ms(of(name).processor - bare.processor),
  ]);
  const shares = figures
    .filter(({ name }) => PEERS.some(({ command }) => name.startsWith(`${command} `)))
    .map((peer) => {
      const ours = of(peer.name.replace(/^\w+/, "azora"));
      return [
        `azora / ${peer.name}`,
        `<= ${SHARE}`,
        (ours.wall / peer.wall).toFixed(2),
        (ours.processor / peer.processor).toFixed(2),
      ];
    });
  return `${times}\n\n${markdownTable(["goal", "limit", "by the clock", "processor"], [...over, ...shares])}`;
}
