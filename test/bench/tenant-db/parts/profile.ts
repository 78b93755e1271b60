import { Client } from "pg";
import { markdownTable } from "../../markdown-table.js";
import type { ContenderName } from "../contenders/index.js";
import type { CpuShares } from "../cpu-profile.js";
import type { Operation } from "../operations.js";
import type { Options } from "../options.js";
import { Runner } from "../runner.js";
import { Stage } from "../stage.js";
import { tryOperation } from "../trial.js";

/** Where the time of one call goes, in µs. */
export interface Profile {
  readonly contender: ContenderName;
  readonly wall: number;
  /** What the server says its statements took, planned and run, with all that they called. */
  readonly server: number;
  /** The same by statement, those inside functions and triggers too: calls for one of the operation, and time. */
  readonly statements: readonly {
    readonly text: string;
    readonly calls: number;
    readonly microseconds: number;
    readonly isInner: boolean;
  }[];
  readonly cpu: CpuShares;
}

const SETTINGS = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track": "all",
  "pg_stat_statements.track_planning": "on",
};
const WARM_UP = 1_000;
const CALLS = 2_000;
const SHOWN = 8;

/** Profiles one operation of some contenders, one caller on loopback, on a server that counts its statements. */
export async function profileOperation(operation: Operation, { contenders }: Pick<Options, "contenders">): Promise<Profile[]> {
  const stage = await Stage.open(SETTINGS);
  try {
    const profiles: Profile[] = [];
    for (const contender of contenders) profiles.push(await profileContender(stage, contender, operation));
    return profiles;
  } finally {
    await stage.close();
  }
}

async function profileContender(stage: Stage, contender: ContenderName, operation: Operation): Promise<Profile> {
  process.stderr.write(`${contender} …\n`);
  const place = await stage.place(contender, { tenants: 100, withRevisions: true });
  const runner = await Runner.start({ contender, places: [place] });
  const owner = new Client({ connectionString: place.ownerUrl });
  await owner.connect();
  try {
    await tryOperation({ contender, operation, runner, ...place });
    const request = { operation, callers: 1, place: 0, milliseconds: 120_000 };
    await runner.round({ ...request, calls: WARM_UP });
    await owner.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    await owner.query("SELECT pg_stat_statements_reset()");
    const { elapsedMs, calls } = await runner.round({ ...request, calls: CALLS });
    const { rows } = await owner.query<{ text: string; calls: number; microseconds: number; is_inner: boolean }>(STATEMENTS, [
      decodeURIComponent(new URL(place.url).username),
      calls,
    ]);
    // Apart from the round whose statements are counted: profiling takes its own time.
    const { cpu = {}, calls: profiled } = await runner.round({ ...request, calls: CALLS, profile: true });
    return {
      contender,
      wall: (elapsedMs * 1000) / calls,
      server: rows.reduce((sum, row) => sum + (row.is_inner ? 0 : row.microseconds), 0),
      statements: rows.map(({ is_inner, ...row }) => ({ ...row, isInner: is_inner })),
      cpu: Object.fromEntries(Object.entries(cpu).map(([name, time]) => [name, time / profiled])),
    };
  } finally {
    await owner.end();
    await runner.stop();
  }
}

const STATEMENTS = `
  SELECT regexp_replace(left(query, 90), '\\s+', ' ', 'g') AS text, NOT toplevel AS is_inner,
         calls / $2::float8 AS calls, (total_exec_time + total_plan_time) * 1000 / $2::float8 AS microseconds
  FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid OR NOT s.toplevel
  WHERE r.rolname = $1 AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  ORDER BY microseconds DESC`;

/** The profiles as Markdown: server and process of each, then the statements. */
export function writeProfiles(operation: Operation, profiles: readonly Profile[]): string {
  const owners = [...new Set(profiles.flatMap(({ cpu }) => Object.keys(cpu)))].filter((name) => name !== "(idle)");
  const heaviest = (name: string) => Math.max(...profiles.map(({ cpu }) => cpu[name] ?? 0));
  owners.sort((a, b) => heaviest(b) - heaviest(a));
  const row = (title: string, value: (profile: Profile) => number) => [
    title,
    ...profiles.map((profile) => value(profile).toFixed(0)),
  ];
  const table = markdownTable(
    [`${operation}, µs a call`, ...profiles.map(({ contender }) => contender)],
    [
      row("by the clock", ({ wall }) => wall),
      row("server: plan and run statements", ({ server }) => server),
      row("process: all but idle (its own round)", ({ cpu }) => owners.reduce((sum, name) => sum + (cpu[name] ?? 0), 0)),
      ...owners.filter((name) => heaviest(name) >= 1).map((name) => row(`  ${name}`, ({ cpu }) => cpu[name] ?? 0)),
    ],
  );
  const lists = profiles.map(({ contender, statements }) =>
    [
      `${contender}, statements (> inside another):`,
      ...statements
        .slice(0, SHOWN)
        .map(
          ({ text, calls, microseconds, isInner }) =>
            `- ${microseconds.toFixed(1)} µs, ${calls.toFixed(2)} ×${isInner ? " >" : ""} \`${text.trim()}\``,
        ),
    ].join("\n"),
  );
  return `${[table, ...lists].join("\n\n")}\n`;
}
