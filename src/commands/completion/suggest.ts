import { contextIn } from "../../cli/argv.js";
import { AzoraCommand } from "../../cli/base-command.js";
import type { NameKind } from "../../cli/completion/slots.js";
import { type Suggestion, type Suggestions, suggest } from "../../cli/completion/suggest.js";
import { HELP_TOPICS } from "../../cli/help-topics.js";
import { plainLine } from "../../cli/text.js";
import { loadConfig } from "../../config.js";
import { platformDir, readContexts } from "../../contexts.js";

export default class CompletionSuggestCommand extends AzoraCommand {
  static override summary = "Say what could stand at the cursor: called by the shells' scripts.";
  static override description =
    "Behind `--` stand the words up to the cursor. Prints a line for each answer, and behind a tab what it is; @files and @directories leave it to the shell.";
  static override examples = ["<%= config.bin %> completion:suggest -- tenant:show a"];
  static override hidden = true;
  static override strict = false;

  async run(): Promise<{ suggestions: Suggestions }> {
    await this.parse(CompletionSuggestCommand);
    // As they are typed: the parser would take a second `--` away.
    const words = this.argv.slice(this.argv.indexOf("--") + 1);
    const topics = Object.entries(HELP_TOPICS).map(([value, { summary }]) => ({ value, about: summary }));
    const subjects = [
      ...this.config.topics.map(({ name, description = "" }) => ({ value: name, about: description })),
      ...topics,
    ];
    const suggestions = await suggest(words, {
      commands: this.config.commands,
      subjects,
      namesOf: (kind) => namesOf(kind, words),
    });
    // A line with nothing on it would be a suggestion too.
    if (suggestions.length === 0) return { suggestions };
    return this.present({ suggestions }, () => lines(suggestions));
  }
}

function lines(suggestions: Suggestions): string {
  if (typeof suggestions === "string") return `@${suggestions}`;
  return suggestions.map(({ value, about }: Suggestion) => `${plainLine(value)}\t${plainLine(about)}`).join("\n");
}

/** Whatever is wrong with the settings or the database: the one who presses Tab hasn't asked for it. */
async function namesOf(kind: NameKind, words: readonly string[]): Promise<readonly string[]> {
  try {
    if (kind === "contexts") return Object.keys(readContexts(platformDir()).contexts).sort();
    const config = loadConfig(process.env, { flag: contextIn(words), current: true });
    const { completionNames } = await import("../../installation/completion/names.js");
    return (await completionNames(config))[kind];
  } catch {
    return [];
  }
}
