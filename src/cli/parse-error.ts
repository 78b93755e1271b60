import { stripVTControlCharacters } from "node:util";
import { AzoraError, EXIT } from "../errors.js";
import { nearest } from "../nearest.js";

/** The parts of oclif's errors that are read. They carry much more: the configuration, all values. */
interface OclifError {
  readonly message: string;
  readonly oclif?: { readonly exit?: number };
  readonly args?: readonly { readonly name: string }[] | readonly string[];
  readonly flags?: readonly string[];
  readonly parse?: {
    readonly input?: { readonly flags?: Readonly<Record<string, { readonly type: string } | undefined>> };
  };
}

/**
 * oclif's errors about arguments as one of ours, in one line.
 * @param command id of the command that was called
 * @param argv what it was called with
 * @returns any other error as it is
 */
export function explainParseError(error: unknown, command: string, argv: readonly string[]): unknown {
  const found = error as OclifError | undefined;
  if (found?.oclif?.exit !== EXIT.usage) return error;
  const help = `\`azora ${command} --help\` shows how it is used.`;
  switch ((error as Error).constructor.name) {
    case "RequiredArgsError":
      return usage(`Missing argument: ${names(found).join(", ").toUpperCase()}.`, help);
    case "UnexpectedArgsError":
      return (
        valueOfSwitch(found, argv, help) ??
        usage(`Unexpected argument: ${names(found).join(" ")}.`, `Put a value with spaces in quotes. ${help}`)
      );
    case "NonExistentFlagsError":
      return unknownFlag(found, help);
    default: {
      const words = ownWords(found.message);
      return usage(words, `${meantValue(words)}${help}`);
    }
  }
}

function usage(message: string, hint: string): AzoraError {
  return new AzoraError("USAGE", message, { hint });
}

function names({ args = [] }: OclifError): string[] {
  return args.map((arg) => (typeof arg === "string" ? arg : arg.name));
}

function unknownFlag({ flags = [], parse }: OclifError, help: string): AzoraError {
  // Behind the equals sign may be a password.
  const given = flags.map((flag) => flag.split("=")[0] as string);
  const known = Object.keys(parse?.input?.flags ?? {}).map((flag) => `--${flag}`);
  const meant = given[0] && nearest(given[0], known);
  return usage(`Unknown flag: ${given.join(", ")}.`, meant ? `Did you mean ${meant}? ${help}` : help);
}

/** `--json=true`: oclif takes what stands behind the sign for an argument. */
function valueOfSwitch({ parse, ...error }: OclifError, argv: readonly string[], help: string): AzoraError | undefined {
  const [value] = names(error);
  const isSwitch = (name: string | undefined) => name !== undefined && parse?.input?.flags?.[name]?.type === "boolean";
  const switches = argv.flatMap((word) => (word.endsWith(`=${value}`) ? [/^--([\w-]+)=/.exec(word)?.[1]] : []));
  const name = switches.find(isSwitch);
  return name === undefined ? undefined : usage(`--${name} takes no value.`, help);
}

/** Of values outside their options, the one that was meant. */
function meantValue(words: string): string {
  const [, flag = "", given = "", options = ""] = /^Expected (?:(--[\w-]+)=)?(\S+) to be one of: (.+)\.$/.exec(words) ?? [];
  const meant = nearest(given, options.split(", "));
  return meant ? `Did you mean ${flag} ${meant}? `.replace("  ", " ") : "";
}

/** oclif's message in one line, without its headings, and nothing twice. */
function ownWords(message: string): string {
  const said = stripVTControlCharacters(message)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(The following errors? occurred:|See more help)/.test(line));
  const lines = [...new Set(said.map(excluding))];
  const missing = lines.flatMap((line) => /^Missing required flag ([\w-]+)$/.exec(line)?.[1] ?? []);
  if (missing.length > 0) return `Missing flag: ${missing.map((name) => `--${name}`).join(", ")}.`;
  return `${lines.join("; ").replace(/\.$/, "")}.`;
}

/** Two flags that exclude each other are told of from both sides. */
function excluding(line: string): string {
  const [, ...both] = /^(--[\w-]+)(?:=\S*)? cannot also be provided when using (--[\w-]+)/.exec(line) ?? [];
  return both.length === 2 ? `${both.sort().join(" and ")} exclude each other` : line;
}
