import type { Config } from "@oclif/core/config";
import { Help } from "@oclif/core/help";
import { loadConfig } from "../config.js";
import { AzoraError } from "../errors.js";
import { nearest } from "../nearest.js";
import { joinWords } from "./argv.js";
import { HELP_TOPICS } from "./help-topics.js";
import type { Output } from "./io.js";
import { installationLine } from "./place.js";

/** oclif's help, written into a string, with all commands on its first page and our topics. */
export class AzoraHelp extends Help {
  readonly #lines: string[] = [];

  constructor(config: Config, options: ConstructorParameters<typeof Help>[1]) {
    super(config, options);
    // Few texts are templates, and oclif compiles each of them: half of what the page of all commands took.
    const { render } = this;
    this.render = (text) => (text.includes("<%") ? render(text) : text);
  }

  get text(): string {
    return `${this.#lines.join("\n").trimEnd()}\n`;
  }

  // What fits needs no measuring of every word, which is what most of the rest went into.
  override wrap(body: string, spacing = this.indentSpacing): string {
    const text = this.render(body);
    const width = (this.opts.maxWidth ?? 80) - spacing;
    return /^[\x20-\x7e\n]*$/.test(text) && text.split("\n").every((line) => line.length <= width)
      ? text
      : super.wrap(body, spacing);
  }

  /** Writes the page of a command or a topic; of everything without a subject. */
  async write(subject: string): Promise<void> {
    const command = this.config.findCommand(subject);
    const topic = this.config.findTopic(subject);
    if (command) await this.showCommandHelp(command);
    else if (topic) await this.showTopicHelp(topic);
    else await this.showRootHelp();
  }

  protected override log(...lines: string[]): void {
    this.#lines.push(...lines);
  }

  protected override async showRootHelp(): Promise<void> {
    this.log(this.formatRoot(), "");
    this.log(
      this.section(
        "INSTALLATION",
        installationLine(() => loadConfig(process.env, { current: true })),
      ),
      "",
    );
    this.log(this.formatCommands(this.sortedCommands), "");
    const topics = Object.entries(HELP_TOPICS).map(([name, { summary }]): [string, string] => [`help ${name}`, summary]);
    this.log(this.section("MORE HELP", this.renderList(topics, { indentation: 2, spacer: "\n" })), "");
    this.log(
      "`azora COMMAND --help` explains a command and shows an example. `azora tenant list` works like `azora tenant:list`.",
    );
  }
}

/**
 * The help that the words ask for: a command, a topic, or everything.
 * @throws AzoraError USAGE when there is nothing of that name
 */
export async function renderHelp(config: Config, words: readonly string[], { colour }: Pick<Output, "colour">): Promise<string> {
  const subject = joinWords(words, config.commandIDs);
  const page = HELP_TOPICS[subject];
  if (page) return page.text;
  if (subject && !config.findCommand(subject) && !config.findTopic(subject)) throw nothingAbout(subject, config);
  const help = new AzoraHelp(config, { stripAnsi: colour.level === 0 });
  await help.write(subject);
  return help.text;
}

function nothingAbout(subject: string, { commandIDs, topics }: Config): AzoraError {
  const meant = nearest(subject, [...commandIDs, ...topics.map(({ name }) => name), ...Object.keys(HELP_TOPICS)]);
  return new AzoraError("USAGE", `There is no help about "${subject}".`, {
    hint: `${meant ? `Did you mean \`azora help ${meant}\`? ` : ""}\`azora help\` shows all commands.`,
  });
}
