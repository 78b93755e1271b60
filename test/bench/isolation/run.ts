import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startServer } from "../../support/postgres-server.js";
import { markdownTable } from "../markdown-table.js";
import { median } from "../statistics.js";
import type { Measured } from "./measure.js";
import { prepare } from "./prepare.js";

const HELP = `npm run bench -- isolation [options]

  --tables LIST    numbers of tenant tables (100,300,1000)
  --rounds N       checks of each, each in a process of its own (3)
  --json           one document on stdout
`;

const VIEWS = 50;
const ROLES = 3;

/** The static layer of isolation:verify over schemas of growing size: time and memory of a process that does nothing else. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tables: { type: "string", default: "100,300,1000" },
      rounds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const server = await startServer({ max_locks_per_transaction: 1024 });
  try {
    const rows = [];
    for (const tables of values.tables.split(",").map(Number)) {
      const url = await prepare(server.url, { tables, views: Math.min(VIEWS, tables), roles: ROLES });
      rows.push(
        summary(
          tables,
          Array.from({ length: Number(values.rounds) }, () => measureApart(url)),
        ),
      );
    }
    process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : `${table(rows)}\n`);
  } finally {
    await server.stop();
  }
}

interface Row {
  readonly tables: number;
  readonly readMs: number;
  readonly rulesMs: number;
  readonly peakMb: number;
  readonly findings: number;
}

/** In a process of its own, so that its memory is the check's. */
function measureApart(url: string): Measured {
  const script = fileURLToPath(new URL("measure.ts", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", script], {
    encoding: "utf8",
    env: { ...process.env, AZORA_BENCH_URL: url },
  });
  if (status !== 0) throw new Error(`The check failed: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}

function summary(tables: number, all: readonly Measured[]): Row {
  const of = (pick: (each: Measured) => number) => median(all.map(pick));
  return {
    tables,
    readMs: of(({ readMs }) => readMs),
    rulesMs: of(({ rulesMs }) => rulesMs),
    peakMb: Math.max(...all.map(({ peakMb }) => peakMb)),
    findings: Math.max(...all.map(({ findings }) => findings)),
  };
}

function table(rows: readonly Row[]): string {
  return markdownTable(
    ["tenant tables", "read the catalog, ms", "rules, ms", "both, µs a table", "peak memory, MB", "findings"],
    rows.map(({ tables, readMs, rulesMs, peakMb, findings }) =>
      [tables, readMs, rulesMs, ((readMs + rulesMs) * 1000) / tables, peakMb, findings].map((value) => value.toFixed(0)),
    ),
  );
}
