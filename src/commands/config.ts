import { AzoraCommand } from "../cli/base-command.js";
import { settingsTable } from "../cli/views/installation.js";
import type { DescribedSetting } from "../installation/describe-config.js";

export default class ConfigCommand extends AzoraCommand {
  static override summary = "Show each setting, its value and where it came from.";
  static override description =
    "The environment wins over the file that `azora init` writes, and that over the defaults. Passwords and keys are hidden. `azora help environment` lists the variables.";
  static override examples = ["<%= config.bin %> config"];

  async run(): Promise<{ configFile: string; settings: DescribedSetting[] }> {
    await this.parse(ConfigCommand);
    const { describeConfig } = await import("../installation/describe-config.js");
    const config = this.settings();
    const settings = describeConfig(config);
    return this.present({ configFile: config.configFile, settings }, (out) => settingsTable(out, settings));
  }
}
