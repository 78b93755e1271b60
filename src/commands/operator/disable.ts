import { AzoraCommand } from "../../cli/base-command.js";
import { requireConsent } from "../../cli/consent.js";
import { dryRunFlag, operatorArgument, yesFlag } from "../../cli/flags.js";
import type { OperatorChange } from "../../control-plane/change-operator.js";

export default class OperatorDisableCommand extends AzoraCommand {
  static override summary = "Shut an operator out.";
  static override description =
    "No login any more, and no right left in a session that is open. The name stays taken, so that the log means one person by it; `operator:enable` lets the same person back in. The last vendor admin can't be disabled.";
  static override examples = ["<%= config.bin %> operator:disable ada --yes"];
  static override args = { login: operatorArgument };
  static override flags = { yes: yesFlag, "dry-run": dryRunFlag };

  async run(): Promise<OperatorChange> {
    const { args, flags } = await this.parse(OperatorDisableCommand);
    const { login } = args;
    const { yes, "dry-run": dryRun } = flags;
    const question = `Shut "${login}" out?`;
    await requireConsent(this.io, { question, given: yes || dryRun, flag: "--yes", preview: "--dry-run" });
    const { openInstallation } = await import("../../installation/open.js");
    const { disableOperator } = await import("../../control-plane/change-operator.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) =>
      disableOperator(await installation.control(), { login, dryRun }),
    );
    this.present(result, () => `${login}\tdisabled`);
    if (!result.changed) this.note(`"${login}" was disabled already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: "${login}" would be disabled; nothing was changed.`);
    else this.done(`"${login}" is disabled.`);
    return result;
  }
}
