import { string } from "@oclif/core/args";
import { AzoraCommand } from "../cli/base-command.js";
import { SHELLS } from "../cli/flags.js";
import type { Shell } from "../installation/completion/scripts.js";

export default class CompletionCommand extends AzoraCommand {
  static override summary = "Print the script by which a shell completes azora's command line.";
  static override description =
    "It completes commands in either spelling, flags, their options, contexts, and tenants, operators and plans as the database had them up to a minute ago. `azora completion:install` puts it in its place.";
  static override examples = ["<%= config.bin %> completion bash", "source <(<%= config.bin %> completion zsh)"];
  static override args = {
    shell: string({ description: "bash, zsh or fish.", options: [...SHELLS], required: true, ignoreStdin: true }),
  };

  async run(): Promise<{ shell: Shell; script: string }> {
    const { args } = await this.parse(CompletionCommand);
    const shell = args.shell as Shell;
    const { readScript } = await import("../installation/completion/scripts.js");
    const script = await readScript(shell);
    return this.present({ shell, script }, () => script);
  }
}
