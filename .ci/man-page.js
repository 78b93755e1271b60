// Writes docs/man/azora.1 from the commands and the pages of help, so that it can't say anything else.
// `node .ci/man-page.js --check` only compares.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HELP_TOPICS } from "../dist/cli/help-topics.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = `${root}docs/man/azora.1`;
const { version, description, oclif } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const { commands } = JSON.parse(readFileSync(`${root}oclif.manifest.json`, "utf8"));
const GLOBAL = "GLOBAL";

/** Text as roff takes it for nothing but text, in lines that an editor shows whole. */
function text(plain) {
  const lines = [""];
  for (const word of escaped(plain.replace(/\s+/g, " ").trim()).split(" ")) {
    const last = lines.at(-1);
    if (last && last.length + word.length > 76) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.map(guarded).join("\n");
}

/** A dot or an apostrophe at the beginning of a line would make a command of it. */
function guarded(roff) {
  return roff.replace(/^(?=[.'])/, "\\&");
}

function escaped(plain) {
  return plain
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replaceAll("`", "\\(ga")
    .replaceAll("'", "\\(aq")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replace(/[^ -~]/gu, (character) => `\\[u${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
}

const bold = (plain) => `\\fB${escaped(plain)}\\fR`;
const italic = (plain) => `\\fI${escaped(plain)}\\fR`;

/** As it is, line by line. */
function verbatim(plain) {
  const lines = plain.trimEnd().split("\n").map(escaped).map(guarded);
  return [".nf", ...lines, ".fi"].join("\n");
}

function takes({ options, helpValue }) {
  return options ? options.join("|") : [helpValue ?? "VALUE"].flat().join(" ");
}

function flagEntry(name, flag) {
  const short = flag.char ? `${bold(`-${flag.char}`)}, ` : "";
  const value = flag.type === "option" ? ` ${italic(takes(flag))}` : "";
  const notes = [
    ...(flag.required ? ["Required."] : []),
    ...(flag.multiple ? ["May be given more than once."] : []),
    ...(flag.type === "option" && flag.default !== undefined ? [`By default ${flag.default}.`] : []),
  ];
  return `.TP\n${short}${bold(`--${name}`)}${value}\n${text([flag.summary ?? flag.description ?? "", ...notes].join(" "))}`;
}

function argumentEntry(name, { description: about = "", options }) {
  return `.TP\n${italic(options ? options.join("|") : name.toUpperCase())}\n${text(about)}`;
}

function usage(id, { args, flags }) {
  const positions = Object.entries(args).map(([name, { required }]) =>
    required ? italic(name.toUpperCase()) : `[${italic(name.toUpperCase())}]`,
  );
  const needed = Object.entries(flags).flatMap(([name, flag]) =>
    flag.required ? [`${bold(`--${name}`)} ${italic(takes(flag))}`] : [],
  );
  return [bold(`azora ${id}`), ...positions, ...needed, `[${italic("flags")}]`].join("\n");
}

function commandSection(id, command) {
  const own = Object.entries(command.flags).filter(([, { helpGroup, hidden }]) => helpGroup !== GLOBAL && !hidden);
  const examples = (command.examples ?? []).map((example) => example.replaceAll("<%= config.bin %>", "azora"));
  return [
    `.SS ${escaped(id)}`,
    usage(id, command),
    ".PP",
    text(command.summary ?? ""),
    ...(command.description ? [text(command.description)] : []),
    ...Object.entries(command.args).map(([name, argument]) => argumentEntry(name, argument)),
    ...own.sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, flag]) => flagEntry(name, flag)),
    ...(examples.length > 0
      ? [".PP", examples.length > 1 ? "Examples:" : "Example:", ".PP", ".RS 4", verbatim(examples.join("\n")), ".RE"]
      : []),
  ].join("\n");
}

function page(date) {
  const ids = Object.keys(commands)
    .filter((id) => !commands[id].hidden)
    .sort();
  const global = Object.entries(commands[ids[0]].flags).filter(([, { helpGroup }]) => helpGroup === GLOBAL);
  const topics = Object.entries(HELP_TOPICS).map(([name, { summary, text: about }]) =>
    [`.SH ${escaped(name.replaceAll("-", " ").toUpperCase())}`, text(summary), ".PP", verbatim(about)].join("\n"),
  );
  return `${[
    `.\\" Written by .ci/man-page.js from the commands: change those.`,
    `.TH AZORA 1 "${date}" "azora ${version}" "User Commands"`,
    `.SH NAME\nazora \\- ${escaped(oclif.description)}`,
    `.SH SYNOPSIS\n${bold("azora")}\n${italic("COMMAND")}\n[${italic("arguments")}]\n[${italic("flags")}]`,
    `.SH DESCRIPTION\n${text(description)}`,
    `.PP\n${text("Without a command azora says where one is and what to do next. `azora tenant list` works like `azora tenant:list`; `azora help COMMAND` explains a command, as this page does.")}`,
    `.SH FLAGS OF ALL COMMANDS\n${global.map(([name, flag]) => flagEntry(name, flag)).join("\n")}`,
    `.SH COMMANDS\n${ids.map((id) => commandSection(id, commands[id])).join("\n")}`,
    ...topics,
  ].join("\n")}\n`;
}

const DATE = /^(\.TH AZORA 1 )"([^"]*)"/m;
let before = "";
try {
  before = readFileSync(file, "utf8");
} catch {
  // The first one.
}
// The day on which the page changed last, so that the same commands give the same page.
const day = DATE.exec(before)?.[2] ?? "";
const isSame = before === page(day);

if (process.argv.includes("--check")) {
  if (!isSame) {
    const [theirs, ours] = [before.split("\n"), page(day).split("\n")];
    const at = ours.findIndex((each, index) => each !== theirs[index]);
    process.stderr.write(
      `docs/man/azora.1 is not what the commands are. Run \`npm run docs\`.\n- ${theirs[at]}\n+ ${ours[at]}\n`,
    );
    process.exit(1);
  }
} else if (!isSame) {
  mkdirSync(`${root}docs/man`, { recursive: true });
  writeFileSync(file, page(new Date().toISOString().slice(0, 10)));
}
