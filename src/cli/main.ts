import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Config } from "@oclif/core/config";
import { AzoraError } from "../errors.js";
import { nearest } from "../nearest.js";
import { FLAGS_ALONE, hasFlag, readRequest, type Vocabulary, wantsJson, wantsVersion } from "./argv.js";
import { type Io, terminal } from "./io.js";
import { toJson } from "./json.js";
import { reportFailure } from "./report.js";
import { passSignal } from "./stop-signal.js";

export interface CliOptions {
  readonly argv: readonly string[];
  /** Where package.json is. */
  readonly root: string;
  /** Run the sources, not the build. */
  readonly fromSource?: boolean;
}

/** Runs one command line to its end, and ends the process with its exit code. */
export async function runCli(options: CliOptions): Promise<void> {
  const { argv } = options;
  // What colours by itself (prompts, oclif's help) has no flag but knows the variable.
  if (hasFlag(argv, "--no-color")) Object.assign(process.env, { NO_COLOR: "1", FORCE_COLOR: "0" });
  const io = terminal();
  const isJson = wantsJson(argv);
  const fail = (error: unknown) => process.exit(reportFailure(io, error, isJson));
  // Not `once`: a second Ctrl-C would then end the process before the first has said its word.
  const onSignal = () => passSignal() || fail(interrupted());
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  process.once("uncaughtException", fail);
  await end(await dispatch(options, io, isJson).catch((error) => answerTo(error, io, isJson)));
}

function answerTo(error: unknown, io: Io, isJson: boolean): number {
  // Whoever read our output has read enough (`azora … | head`): nothing went wrong.
  if ((error as NodeJS.ErrnoException).code === "EPIPE") return 0;
  return reportFailure(io, error, isJson);
}

function interrupted(): AzoraError {
  return new AzoraError("INTERRUPTED", "Interrupted. Nothing is half done: what was not finished was not kept.", {
    hint: "The same command can be run again.",
  });
}

/** A pool or a prompt that was left open must not keep the process; unsent output must. */
async function end(exitCode: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableNeedDrain) await Promise.race([once(stream, "drain"), once(stream, "close")]);
  }
  process.exit(exitCode);
}

/** @returns the exit code */
async function dispatch({ argv, root, fromSource = false }: CliOptions, io: Io, isJson: boolean): Promise<number> {
  const print = (result: object, text: string) => io.out.write(isJson ? toJson({ ok: true, result }) : text);
  if (wantsVersion(argv)) {
    const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { version: string };
    const node = process.version;
    print({ version, node, platform: `${process.platform}-${process.arch}` }, `azora/${version} node-${node}`);
    return 0;
  }
  const config = await loadCommands(root, fromSource);
  const vocabulary = { commands: config.commandIDs, topics: config.topics.map(({ name }) => name) };
  const request = readRequest(argv, vocabulary);
  if (request.kind === "unknown") throw unknownCommand(request.name, vocabulary);
  if (request.kind === "command") await config.runCommand(request.id, [...request.argv]);
  if (request.kind === "help") {
    const { renderHelp } = await import("./help.js");
    const help = await renderHelp(config, request.words, io.out);
    print({ help }, help);
  }
  return 0;
}

/** Without plugins of any kind: oclif would look for some in AZORA_DATA_DIR and run them. */
async function loadCommands(root: string, fromSource: boolean): Promise<Config> {
  const { Config: Oclif, Plugin, settings } = await import("./oclif.js");
  // Left to itself it decides by NODE_ENV, which in a script belongs to the application.
  settings.enableAutoTranspile = fromSource;
  const options = { root, userPlugins: false, devPlugins: false, jitPlugins: false };
  if (!fromSource) return Oclif.load(options);
  // The manifest describes the build.
  const plugin = new Plugin({ root, isRoot: true, ignoreManifest: true });
  await plugin.load();
  return Oclif.load({ ...options, plugins: new Map([[plugin.name, plugin]]) });
}

function unknownCommand(name: string, { commands, topics }: Vocabulary): AzoraError {
  if (name.startsWith("-")) {
    const flag = name.split("=")[0] as string;
    return new AzoraError("USAGE", `Unknown flag: ${flag}.`, {
      hint: `${meaning(nearest(flag, FLAGS_ALONE))}\`azora --help\` shows what there is.`,
    });
  }
  const [topic = "", rest] = name.split(":");
  const meant = rest === "" ? undefined : nearest(name, [...commands, ...topics]);
  const command = meant && commands.includes(meant) ? `\`azora ${meant}\`` : meant && `\`azora help ${meant}\``;
  const all = topics.includes(topic) ? `\`azora help ${topic}\` shows its commands.` : "`azora help` shows all commands.";
  return new AzoraError("USAGE", `There is no command "${name}".`, { hint: `${meaning(command)}${all}` });
}

/** @param meant is only ever shown: a guess is never run */
function meaning(meant: string | undefined): string {
  return meant ? `Did you mean ${meant}? ` : "";
}
