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

/** Finds the command. The longest name that exists wins; nothing is ever guessed. */
export function readRequest(argv: readonly string[], { commands, topics }: Vocabulary): Request {
  if (wantsVersion(argv)) return { kind: "version" };
  const start = leadingFlags(argv);
  const leading = argv.slice(0, start);
  const rest = argv.slice(start);
  const words = leadingWords(rest);
  const found = longestCommand(words, commands);
  if (hasFlag(argv, "--help", "-h")) return { kind: "help", words: found?.split(":") ?? words };
  if (found) return { kind: "command", id: found, argv: [...leading, ...rest.slice(wordsIn(found, words))] };
  const [first, second] = words;
  if (first === undefined) return rest[0] === undefined ? { kind: "help", words } : { kind: "unknown", name: rest[0] };
  const isTopic = topics.includes(first);
  if (isTopic && second === undefined) return { kind: "help", words };
  return { kind: "unknown", name: isTopic ? `${first}:${second}` : first };
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
