import { splitCommand } from "../argv.js";
import { type Expected, expectedArgument, expectedOfFlag, type NameKind, type Slot } from "./slots.js";

/** A word that could stand where the cursor is, whole. */
export interface Suggestion {
  readonly value: string;
  readonly about: string;
}

/** Words, or what the shell itself knows better: its files. */
export type Suggestions = readonly Suggestion[] | "files" | "directories";

interface FlagShape extends Slot {
  readonly type: "boolean" | "option";
  readonly char?: string | undefined;
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  readonly multiple?: boolean | undefined;
  readonly hidden?: boolean | undefined;
}

/** A command as oclif describes it. */
export interface CommandShape {
  readonly id: string;
  readonly summary?: string | undefined;
  readonly hidden?: boolean | undefined;
  readonly args: Readonly<Record<string, Slot>>;
  readonly flags: Readonly<Record<string, FlagShape>>;
}

export interface Surroundings {
  readonly commands: readonly CommandShape[];
  /** What `azora help` explains besides commands. */
  readonly subjects: readonly Suggestion[];
  /** Never throws, and never takes long. */
  namesOf(kind: NameKind): Promise<readonly string[]>;
}

/** What can be given where no command has been named yet. */
const NO_COMMAND: CommandShape = {
  id: "",
  args: {},
  flags: {
    context: { type: "option", description: "Use this installation." },
    json: { type: "boolean", description: "Print one JSON document." },
    "no-color": { type: "boolean", description: "Print without colours." },
    version: { type: "boolean", description: "Say which azora this is." },
  },
};

/**
 * What could stand where the cursor is.
 * @param words what was typed behind `azora`, up to the cursor; the last one is the one that is being typed
 */
export async function suggest(words: readonly string[], around: Surroundings): Promise<Suggestions> {
  const typed = words.at(-1) ?? "";
  const commands = around.commands.filter(({ hidden }) => !hidden);
  const ids = commands.map(({ id }) => id);
  const { leading, id, rest } = splitCommand(words.slice(0, -1), ids);
  const command = commands.find((each) => each.id === id) ?? NO_COMMAND;
  const line = readLine([...leading, ...rest], command);
  const found = await candidates(typed, { command, ...line }, { ...around, commands });
  return typeof found === "string" ? found : found.filter(({ value }) => value.startsWith(typed));
}

interface Line {
  /** The flag whose value comes next. */
  readonly pending: string | undefined;
  readonly given: ReadonlySet<string>;
  readonly positions: readonly string[];
  /** Behind `--` nothing is a flag. */
  readonly isLiteral: boolean;
}

function readLine(words: readonly string[], { flags }: CommandShape): Line {
  let pending: string | undefined;
  let isLiteral = false;
  const given = new Set<string>();
  const positions: string[] = [];
  for (const word of words) {
    if (pending) {
      pending = undefined;
    } else if (isLiteral || !/^-./.test(word)) {
      positions.push(word);
    } else if (word === "--") {
      isLiteral = true;
    } else {
      const [written, value] = word.split("=");
      const [name, flag] =
        Object.entries(flags).find(([each, { char }]) => [`--${each}`, `-${char}`].includes(written ?? "")) ?? [];
      if (name) given.add(name);
      if (flag?.type === "option" && value === undefined) pending = name;
    }
  }
  return { pending, given, positions, isLiteral };
}

interface Place extends Line {
  readonly command: CommandShape;
}

async function candidates(typed: string, place: Place, around: Surroundings): Promise<Suggestions> {
  const { command, pending, positions, isLiteral } = place;
  if (pending) return filling(expectedOfFlag(pending, command.flags[pending] ?? {}), around);
  if (typed.startsWith("-") && !isLiteral) {
    const [start, name = ""] = /^--([\w-]+)=/.exec(typed) ?? [];
    if (!start) return flagsOf(place);
    const values = await filling(expectedOfFlag(name, command.flags[name] ?? {}), around);
    return typeof values === "string" ? values : values.map((each) => ({ ...each, value: `${start}${each.value}` }));
  }
  if (command === NO_COMMAND) return behind(positions, aboutCommands(around));
  if (command.id === "help") return behind(positions, [...aboutCommands(around), ...around.subjects]);
  const [name, slot] = Object.entries(command.args)[positions.length] ?? [];
  if (name && slot) return filling(expectedArgument(command.id, name, slot), around);
  return isLiteral ? [] : flagsOf(place);
}

async function filling(expected: Expected, around: Surroundings): Promise<Suggestions> {
  switch (expected.kind) {
    case "files":
    case "directories":
      return expected.kind;
    case "options":
      return expected.options.map(plain);
    case "names":
      return (await around.namesOf(expected.names)).map(plain);
    default:
      return [];
  }
}

function plain(value: string): Suggestion {
  return { value, about: "" };
}

function flagsOf({ command, given }: Place): Suggestion[] {
  const flags = Object.entries(command.flags).filter(([name, { multiple, hidden }]) => !hidden && (multiple || !given.has(name)));
  const known = flags.map(([name, { summary, description }]) => ({ value: `--${name}`, about: summary ?? description ?? "" }));
  return [...known, { value: "--help", about: "Explain it." }];
}

function aboutCommands({ commands }: Surroundings): Suggestion[] {
  return commands.map(({ id, summary = "" }) => ({ value: id, about: summary }));
}

/** What goes on behind the words that are there: `tenant` leaves `list` of `tenant:list`. */
function behind(words: readonly string[], all: readonly Suggestion[]): Suggestion[] {
  const start = words.map((word) => `${word}:`).join("");
  return all.filter(({ value }) => value.startsWith(start)).map((each) => ({ ...each, value: each.value.slice(start.length) }));
}
