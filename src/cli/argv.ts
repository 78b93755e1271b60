/**
 * What the arguments ask for, before any flag is parsed: which command, in either
 * spelling (`tenant:create`, `tenant create`), or help, or the version.
 */
export type Request =
  | { readonly kind: "command"; readonly id: string; readonly argv: readonly string[] }
  | { readonly kind: "help"; readonly words: readonly string[] }
  | { readonly kind: "version" }
  | { readonly kind: "unknown"; readonly name: string };

/** What can be asked for. */
export interface Vocabulary {
  readonly commands: readonly string[];
  readonly topics: readonly string[];
}

/** Flags that every command takes; they may stand before its name too. */
const GLOBAL_FLAGS = new Set(["--json", "--no-color"]);
/** The same, with a value behind it. */
const CONTEXT_FLAG = "--context";
const HELP_FLAGS: readonly string[] = ["--help", "-h"];
/** All of them, to find the one that was meant. */
export const FLAGS_ALONE = [...GLOBAL_FLAGS, CONTEXT_FLAG, "--help", "--version"];

/** @returns the arguments before `--`, behind which everything is literal */
function beforeDashes(argv: readonly string[]): readonly string[] {
  const dashes = argv.indexOf("--");
  return dashes === -1 ? argv : argv.slice(0, dashes);
}

export function hasFlag(argv: readonly string[], ...flags: string[]): boolean {
  return beforeDashes(argv).some((argument) => flags.includes(argument));
}

/** What `--context` names, before any flag is parsed. */
export function contextIn(argv: readonly string[]): string | undefined {
  const before = beforeDashes(argv);
  const at = before.findIndex((argument) => argument === CONTEXT_FLAG || argument.startsWith(`${CONTEXT_FLAG}=`));
  return before[at] === CONTEXT_FLAG ? before[at + 1] : before[at]?.slice(CONTEXT_FLAG.length + 1);
}

/** Whether the answer has to be one JSON document; known even when the rest can't be parsed. */
export function wantsJson(argv: readonly string[]): boolean {
  return hasFlag(argv, "--json");
}

/** Whether only the version is asked for, which needs no command to be loaded. */
export function wantsVersion(argv: readonly string[]): boolean {
  const first = argv[leadingFlags(argv)];
  return first === "--version" || first === "-v";
}

/** What stands in front of a command's name, the name if there is one, and what follows it. */
export interface Split {
  readonly leading: readonly string[];
  /** Words up to the first flag: the name in either spelling, and perhaps arguments. */
  readonly words: readonly string[];
  readonly id: string | undefined;
  /** Behind the name; everything behind the leading flags where there is none. */
  readonly rest: readonly string[];
}

/** Splits arguments at the command's name. The longest name that exists wins; nothing is ever guessed. */
export function splitCommand(argv: readonly string[], commands: readonly string[]): Split {
  const start = leadingFlags(argv);
  const rest = argv.slice(start);
  const words = leadingWords(rest);
  const id = longestCommand(words, commands);
  return { leading: argv.slice(0, start), words, id, rest: id ? rest.slice(wordsIn(id, words)) : rest };
}

/** Finds the command; without any word it is the one that says where one is. */
export function readRequest(argv: readonly string[], { commands, topics }: Vocabulary): Request {
  if (wantsVersion(argv)) return { kind: "version" };
  if (hasFlag(argv, ...HELP_FLAGS)) {
    const { words, id } = splitCommand(withoutHelp(argv), commands);
    return { kind: "help", words: id?.split(":") ?? words };
  }
  const { leading, words, id, rest } = splitCommand(argv, commands);
  if (id) return { kind: "command", id, argv: [...leading, ...rest] };
  const [first, second] = words;
  if (first === undefined) {
    return rest[0] === undefined ? { kind: "command", id: "status", argv: leading } : { kind: "unknown", name: rest[0] };
  }
  const isTopic = topics.includes(first);
  if (isTopic && second === undefined) return { kind: "help", words };
  return { kind: "unknown", name: isTopic ? `${first}:${second}` : first };
}

/** `azora -h tenant:list` asks what `azora tenant:list -h` asks. */
function withoutHelp(argv: readonly string[]): readonly string[] {
  return beforeDashes(argv).filter((argument) => !HELP_FLAGS.includes(argument));
}

/** How many arguments stand before the name of the command. */
function leadingFlags(argv: readonly string[]): number {
  let at = 0;
  for (let next = argv[at]; next !== undefined; next = argv[at]) {
    if (next === CONTEXT_FLAG) at += 2;
    else if (GLOBAL_FLAGS.has(next) || next.startsWith(`${CONTEXT_FLAG}=`)) at += 1;
    else break;
  }
  return at;
}

/** Names a command or a topic by the words after `help`. */
export function joinWords(words: readonly string[], commands: readonly string[]): string {
  return longestCommand(words, commands) ?? words.join(":");
}

function leadingWords(argv: readonly string[]): string[] {
  const end = argv.findIndex((argument) => argument.startsWith("-"));
  return end === -1 ? [...argv] : argv.slice(0, end);
}

function longestCommand(words: readonly string[], commands: readonly string[]): string | undefined {
  for (let length = words.length; length > 0; length--) {
    const id = words.slice(0, length).join(":");
    if (commands.includes(id)) return id;
  }
  return undefined;
}

/** How many of the words the name of the command took. */
function wordsIn(id: string, words: readonly string[]): number {
  let taken = 1;
  while (words.slice(0, taken).join(":") !== id) taken++;
  return taken;
}
