import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { OPERATORS } from "./prepare.js";
import { urlsOf } from "./server-template.js";
import type { World } from "./world.js";

/** What a child process that purges, or removes what is old from a log, is told. */
export interface PurgeOrder {
  readonly kind: World["kind"];
  readonly place: string;
  readonly controlUrl: string;
  readonly operator: string;
  readonly signingKey: { readonly id: string; readonly privateKey: string };
  readonly slug: string;
  readonly work: "purge" | "retain";
  /** It ends itself before or after the statement that holds this text. */
  readonly statement: string;
  readonly moment: "before" | "after";
}

export interface Ended {
  readonly signal: string | null;
  readonly code: number | null;
  readonly output: string;
}

/** Starts a process of its own that purges a tenant. The embedded directory has to be free. */
export function startPurge(world: World, slug: string, statement: string, moment: "before" | "after"): ChildProcess {
  return startDoomed(world, { work: "purge", slug, statement, moment });
}

/** The same for either work. */
export function startDoomed(
  world: World,
  { work, slug, statement, moment }: Pick<PurgeOrder, "work" | "slug" | "statement" | "moment">,
): ChildProcess {
  const { prepared, kind, place } = world;
  const operator = OPERATORS["vendor-admin"];
  const controlUrl = urlsOf(prepared.serverUrl, place.replaceAll("/", ""), prepared.password).control;
  const order: PurgeOrder = { kind, place, controlUrl, operator, signingKey: prepared.signingKey, work, slug, statement, moment };
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return spawn(process.execPath, ["--import", tsx, fileURLToPath(new URL("purge-child.ts", import.meta.url))], {
    env: { ...process.env, AZORA_TEST_PURGE: JSON.stringify(order) },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** How a child came to its end. */
export function ended(child: ChildProcess): Promise<Ended> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code, signal) => resolve({ code, signal, output }));
  });
}
