import { string } from "@oclif/core/args";
import { AzoraCommand } from "../cli/base-command.js";
import { renderHelp } from "../cli/help.js";

export default class HelpCommand extends AzoraCommand {
  static override summary = "Explain a command, or a topic: environment, exit-codes, json, security.";
  static override examples = ["<%= config.bin %> help exit-codes", "<%= config.bin %> help tenant:create"];
  static override strict = false;
  static override args = { subject: string({ description: "Command or topic.", ignoreStdin: true }) };

  async run(): Promise<{ help: string }> {
    const { argv } = await this.parse(HelpCommand);
    const help = await renderHelp(this.config, argv as string[], this.io.out);
    return this.present({ help }, () => help);
  }
}
