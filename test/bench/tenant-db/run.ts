import { loadavg } from "node:os";
import { installPeers } from "../peers.js";
import { type ContenderName, kindOf } from "./contenders/index.js";
import { judge } from "./goals.js";
import { describeMachine } from "./machine.js";
import { HELP, type Options, parseOptions } from "./options.js";
import { measureCalls } from "./parts/calls.js";
import { measureMemory } from "./parts/memory.js";
import { measurePool } from "./parts/pool.js";
import { profileOperation, writeProfiles } from "./parts/profile.js";
import { measureScale } from "./parts/scale.js";
import { type Report, writeReport } from "./report.js";
import { Stage } from "./stage.js";

/** Without --contender: what azora adds, and what its audit takes of that. */
const PROFILED: readonly ContenderName[] = ["stock", "tuned", "azora", "azora-off"];

/** tenantDb() beside its peers, in one run on one machine. */
export async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (!options) {
    process.stdout.write(HELP);
    return;
  }
  if (options.profile) {
    const profiles = await profileOperation(options.profile, {
      contenders: args.includes("--contender") ? options.contenders : PROFILED,
    });
    process.stdout.write(options.json ? `${JSON.stringify(profiles)}\n` : writeProfiles(options.profile, profiles));
    return;
  }
  const stage = await Stage.open();
  try {
    const report = await measure(stage, options);
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : writeReport(report));
  } finally {
    await stage.close();
  }
}

async function measure(stage: Stage, options: Options): Promise<Report> {
  const loadBefore = loadavg()[0] ?? 0;
  const { parts, contenders } = options;
  if (parts.includes("calls") && contenders.some((name) => kindOf(name).isPeer)) installPeers();
  const measured = {
    ...(parts.includes("calls") && { cells: await measureCalls(stage, options) }),
    ...(parts.includes("pool") && { pool: await measurePool(stage, options) }),
    ...(parts.includes("memory") && { memory: await measureMemory(stage, options) }),
    ...(parts.includes("scale") && { scale: await measureScale(stage, options) }),
  };
  const report = { machine: await describeMachine(stage, options, loadBefore), ...measured };
  return { ...report, goals: judge(report) };
}
