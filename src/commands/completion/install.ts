import { homedir } from "node:os";
import { option } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag, SHELLS } from "../../cli/flags.js";
import { completionDetails } from "../../cli/views/completion.js";
import type { CompletionInstall } from "../../installation/completion/install.js";

export default class CompletionInstallCommand extends AzoraCommand {
  static override summary = "Make a shell complete azora's command line.";
  static override description =
    "Writes the script where the shell looks for it. Only where it looks nowhere by itself (zsh, and bash without bash-completion) one line is added to .zshrc or .bashrc. Run again it changes nothing, or brings the script of a newer azora.";
  static override examples = [
    "<%= config.bin %> completion:install",
    "<%= config.bin %> completion:install --shell fish --dry-run",
  ];
  static override flags = {
    shell: option({ description: "Which shell; the one of $SHELL unless given.", options: SHELLS })(),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<CompletionInstall> {
    const { flags } = await this.parse(CompletionInstallCommand);
    const { shell, "dry-run": dryRun } = flags;
    const { installCompletion } = await import("../../installation/completion/install.js");
    const result = await installCompletion({ shell, dryRun, home: homedir(), env: process.env });
    this.present(result, (out) => completionDetails(out, result));
    if (!result.changed) this.note("It was there already; nothing was changed.");
    else if (dryRun) this.note("Dry run: this would be done; nothing was changed.");
    else this.done("Shells that are started from now on complete azora.");
    return result;
  }
}
