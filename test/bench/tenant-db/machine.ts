import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { Client } from "pg";
import { peerVersions } from "../peers.js";
import type { Added } from "./latency/delayed-line.js";
import type { Options } from "./options.js";
import type { Stage } from "./stage.js";

/** Where and with what a run was made. */
export interface Machine {
  readonly versions: Readonly<Record<string, string>>;
  readonly cpus: string;
  /** The system's load average of a minute. */
  readonly load: { readonly before: number; readonly after: number };
  /** What the server says of its durability. */
  readonly settings: string;
  readonly latencies: readonly { readonly asked: number; readonly added: Added }[];
}

const SHOWN = ["fsync", "full_page_writes", "synchronous_commit", "shared_buffers"];
const PACKAGES = ["@prisma/client", "@prisma/adapter-pg", "pg"];

/** @param loadBefore the load average before the run began */
export async function describeMachine(stage: Stage, options: Options, loadBefore: number): Promise<Machine> {
  const client = new Client({ connectionString: stage.serverUrl });
  await client.connect();
  const values = await client.query<{ name: string; setting: string }>(
    "SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name",
    [SHOWN],
  );
  const version = await client.query<{ version: string }>("SELECT current_setting('server_version') AS version");
  await client.end();
  const latencies = options.latencies.filter((asked) => asked > 0);
  const { model = "unknown processor" } = cpus()[0] ?? {};
  return {
    versions: {
      Node: process.versions.node,
      PostgreSQL: version.rows[0]?.version ?? "",
      ...Object.fromEntries(PACKAGES.map((name) => [name, installedVersion(name)])),
      ...peerVersions(),
    },
    cpus: `${cpus().length} × ${model}`,
    load: { before: loadBefore, after: loadavg()[0] ?? 0 },
    settings: values.rows.map(({ name, setting }) => `${name} ${setting}`).join(", "),
    latencies: await Promise.all(latencies.map(async (asked) => ({ asked, added: (await stage.line(asked)).added }))),
  };
}

/** From its manifest, which not every package lets be imported. */
function installedVersion(name: string): string {
  const manifest = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
