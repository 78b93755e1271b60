import { spawn } from "node:child_process";
import { RUN } from "../../cli/azora.js";
import { faults } from "./judge.js";
import { randomOf } from "./random.js";
import type { Site } from "./site.js";

/** A command that is killed, and what is to be there when it was run to its end. */
interface Task {
  readonly name: "create" | "apply" | "suspend";
  readonly argv: readonly string[];
  /** Tenants that it makes or changes. */
  readonly slugs: readonly string[];
  readonly status: "active" | "suspended";
}

/** What a campaign has seen. */
export interface Tally {
  kills: number;
  /** Killed before anything was done, when some of it was, and when all was. */
  before: number;
  half: number;
  after: number;
}

const SET = 30;

/**
 * Kills a command with SIGKILL at a moment that the seed decides, looks at what is left, runs the same command to its
 * end and looks again; `kills` times.
 * @throws Error with the seed and the moment when a tenant is half made, a log has a gap, or the command doesn't finish
 */
export async function campaign(site: Site, { kills, seed }: { readonly kills: number; readonly seed: number }): Promise<Tally> {
  const random = randomOf(seed);
  const tally: Tally = { kills: 0, before: 0, half: 0, after: 0 };
  const usual = await howLong(site);
  for (let at = 0; at < kills; at++) {
    const task = nextTask(site, at, random);
    const moment = (0.3 + 0.8 * random()) * usual[task.name];
    const where = `seed ${seed}, kill ${at}: ${task.name} after ${moment.toFixed(0)} ms`;
    await runFor(site, task.argv, moment);
    await judge(site, where);
    const done = await countDone(site, task);
    tally[done === 0 ? "before" : done < task.slugs.length ? "half" : "after"]++;
    tally.kills++;
    const { status, output } = await runFor(site, task.argv);
    if (status !== 0) throw new Error(`${where}: the same command ended with ${status}: ${output}`);
    await judge(site, `${where}, run again`);
    const finished = await countDone(site, task);
    if (finished !== task.slugs.length) throw new Error(`${where}: ${finished} of ${task.slugs.length} are done.`);
  }
  return tally;
}

async function judge(site: Site, where: string): Promise<void> {
  const found = await faults((sql) => site.look(sql));
  if (found.length > 0) throw new Error(`${where}:\n${found.join("\n")}`);
}

function nextTask(site: Site, at: number, random: () => number): Task {
  const kind = Math.floor(random() * 4);
  if (kind === 0) return createTask(`kill-${at}`);
  if (kind === 1 && at > 0) return suspendTask("kill-base");
  return applyTask(site, at);
}

function createTask(slug: string): Task {
  const argv = ["tenant:create", slug, "--slug", slug, "--owner-email", `owner@${slug}.test`, "--if-not-exists"];
  return { name: "create", argv, slugs: [slug], status: "active" };
}

function suspendTask(slug: string): Task {
  return { name: "suspend", argv: ["tenant:suspend", slug, "--reason", "killed", "--yes"], slugs: [slug], status: "suspended" };
}

/** New tenants in a set, and one that is resumed or suspended by a step of its own. */
function applyTask(site: Site, at: number): Task {
  const slugs = Array.from({ length: SET }, (_, number) => `kill-${at}-${number}`);
  const entry = (slug: string, more = "") => `  - {slug: ${slug}, name: ${slug}, ownerEmail: owner@${slug}.test${more}}\n`;
  const base = entry("kill-base", `, status: active, metadata: {round: ${at}}`);
  const file = site.write(`${at}.yaml`, `tenants:\n${slugs.map((slug) => entry(slug)).join("")}${base}`);
  return { name: "apply", argv: ["tenant:apply", "-f", file, "--yes"], slugs: [...slugs, "kill-base"], status: "active" };
}

async function countDone(site: Site, { slugs, status }: Task): Promise<number> {
  const list = slugs.map((slug) => `'${slug}'`).join(", ");
  const [row] = await site.look<{ n: number }>(
    `SELECT count(*)::int AS n FROM control.accounts WHERE slug IN (${list}) AND status = '${status}'`,
  );
  return row?.n ?? 0;
}

/** Each kind once, not killed. @returns milliseconds */
async function howLong(site: Site): Promise<Record<Task["name"], number>> {
  const timed = async (argv: readonly string[]) => {
    const start = performance.now();
    const { status, output } = await runFor(site, argv);
    if (status !== 0) throw new Error(`${argv[0]} ended with ${status}: ${output}`);
    return performance.now() - start;
  };
  const create = await timed(createTask("kill-base").argv);
  const suspend = await timed(suspendTask("kill-base").argv);
  return { create, suspend, apply: await timed(applyTask(site, -1).argv) };
}

/** Runs a command; killed after some milliseconds, if it lives so long. */
async function runFor(site: Site, argv: readonly string[], milliseconds?: number) {
  await site.free();
  const child = spawn(process.execPath, [RUN, ...argv], { env: site.env, stdio: ["ignore", "pipe", "pipe"] });
  const timer = milliseconds === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), milliseconds);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise<{ status: number | null; output: string }>((resolve, reject) => {
    child.once("error", reject).once("close", (status) => {
      clearTimeout(timer);
      resolve({ status, output });
    });
  });
}
