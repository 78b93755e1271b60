import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AzoraError } from "../../errors.js";
import type { Environment } from "../../setting.js";
import { readScript, type Shell } from "./scripts.js";

/** What was done so that a shell completes azora. Part of the public JSON. */
export interface CompletionInstall {
  readonly shell: Shell;
  readonly changed: boolean;
  readonly dryRun: boolean;
  /** The script. */
  readonly file: string;
  /** The line that makes the shell read it; null where the shell finds it by its place. */
  readonly startUp: { readonly file: string; readonly line: string } | null;
  /** What takes it back, in the order of doing. */
  readonly undo: readonly string[];
}

export interface InstallCompletionInput {
  /** The one of SHELL where it isn't said. */
  readonly shell: Shell | undefined;
  readonly home: string;
  readonly env: Environment;
  readonly dryRun: boolean;
}

const MARK = "# Completion of azora";
/** Where bash-completion, which finds scripts by their place, is on the systems that have it. */
const BASH_COMPLETION = [
  "/usr/share/bash-completion/bash_completion",
  "/usr/local/share/bash-completion/bash_completion",
  "/usr/local/etc/profile.d/bash_completion.sh",
  "/opt/homebrew/etc/profile.d/bash_completion.sh",
];

/**
 * Puts the completion script where the shell finds it, and adds a line to its start-up file only where it would not.
 * @throws AzoraError NEEDS_INPUT (which shell), CONFLICT for a file that isn't azora's, FAILURE when it can't be written
 */
export async function installCompletion(input: InstallCompletionInput): Promise<CompletionInstall> {
  const { home, env, dryRun } = input;
  const shell = input.shell ?? shellOf(env);
  const { file, startUp } = placeFor(shell, { home, env });
  const script = await readScript(shell);
  const there = textOf(file);
  if (there !== "" && !there.includes(MARK)) {
    throw new AzoraError("CONFLICT", `${file} is there already, and it isn't azora's.`, { hint: "Move it away first." });
  }
  const hasLine = startUp === null || textOf(startUp.file).split("\n").includes(startUp.line);
  const changed = there !== script || !hasLine;
  if (changed && !dryRun) {
    write(file, script);
    if (startUp && !hasLine) write(startUp.file, withLine(textOf(startUp.file), startUp.line));
  }
  const undo = [`rm ${quote(file)}`, ...(startUp ? [`remove this line from ${startUp.file}: ${startUp.line}`] : [])];
  return { shell, changed, dryRun, file, startUp, undo };
}

function shellOf({ SHELL = "" }: Environment): Shell {
  const name = SHELL.split("/").at(-1);
  if (name === "bash" || name === "zsh" || name === "fish") return name;
  throw new AzoraError("NEEDS_INPUT", "Which shell? SHELL doesn't name one that there is a completion for.", {
    hint: "Pass --shell bash, --shell zsh or --shell fish.",
  });
}

function placeFor(shell: Shell, { home, env }: Pick<InstallCompletionInput, "home" | "env">) {
  const data = env.XDG_DATA_HOME || join(home, ".local/share");
  if (shell === "fish") {
    return { file: join(env.XDG_CONFIG_HOME || join(home, ".config"), "fish/completions/azora.fish"), startUp: null };
  }
  if (shell === "zsh") {
    // No directory of a person's own is on zsh's path of functions.
    const file = join(data, "azora/completion/_azora");
    return { file, startUp: { file: join(env.ZDOTDIR || home, ".zshrc"), line: sourceLine(file) } };
  }
  const file = join(env.BASH_COMPLETION_USER_DIR || join(data, "bash-completion"), "completions/azora");
  const isFound = BASH_COMPLETION.some((each) => existsSync(each));
  return { file, startUp: isFound ? null : { file: join(home, ".bashrc"), line: sourceLine(file) } };
}

function sourceLine(file: string): string {
  return `[ -r ${quote(file)} ] && . ${quote(file)} ${MARK.toLowerCase()}`;
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function withLine(text: string, line: string): string {
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}

function textOf(file: string): string {
  if (!existsSync(file)) return "";
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AzoraError("FAILURE", `The file ${file} can't be read.`, { cause: error });
  }
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    // In place: a start-up file may be a link into somebody's collection of them.
    writeFileSync(file, text);
  } catch (error) {
    throw new AzoraError("FAILURE", `The file ${file} can't be written.`, {
      hint: "`azora completion SHELL` prints the script, to put it elsewhere.",
      cause: error,
    });
  }
}
