import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag, operatorArgument, roleFlag } from "../../cli/flags.js";
import type { OperatorChange } from "../../control-plane/change-operator.js";

export default class OperatorGrantCommand extends AzoraCommand {
  static override summary = "Give an operator another role.";
  static override description = "It holds for sessions that are open as well. The last vendor admin stays one.";
  static override examples = ["<%= config.bin %> operator:grant ada --role vendor-admin"];
  static override args = { login: operatorArgument };
  static override flags = { role: roleFlag(), "dry-run": dryRunFlag };

  async run(): Promise<OperatorChange> {
    const { args, flags } = await this.parse(OperatorGrantCommand);
    const { login } = args;
    const { role, "dry-run": dryRun } = flags;
    const { openInstallation } = await import("../../installation/open.js");
    const { grantOperator } = await import("../../control-plane/change-operator.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) =>
      grantOperator(await installation.control(), { login, role, dryRun }),
    );
    this.present(result, () => `${login}\t${role}`);
    if (!result.changed) this.note(`"${login}" had the role ${role} already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: "${login}" would have the role ${role}; nothing was changed.`);
    else this.done(`"${login}" has the role ${role}.`);
    return result;
  }
}
