import { AzoraCommand } from "../../cli/base-command.js";
import { requireConsent } from "../../cli/consent.js";
import { contextArgument, dryRunFlag, yesFlag } from "../../cli/flags.js";
import { contextTable } from "../../cli/views/context.js";
import type { ContextChange } from "../../installation/contexts.js";

export default class ContextRemoveCommand extends AzoraCommand {
  static override summary = "Take an installation off the list.";
  static override description =
    "The secrets that `context:add` wrote for it are deleted. An installation that `azora init` made on this machine stays in its directory, keys and all; nothing happens to any database.";
  static override examples = ["<%= config.bin %> context:remove staging --yes"];
  static override args = { context: contextArgument };
  static override flags = { yes: yesFlag, "dry-run": dryRunFlag };

  async run(): Promise<ContextChange> {
    const { args, flags } = await this.parse(ContextRemoveCommand);
    const { context: name } = args;
    const { yes, "dry-run": dryRun } = flags;
    const { removeContext } = await import("../../installation/contexts.js");
    const planned = removeContext({ name, dryRun: true });
    const question = `Take "${name}" off the list?`;
    await requireConsent(this.io, { question, given: yes || dryRun, flag: "--yes", preview: "--dry-run" });
    const result = dryRun ? planned : removeContext({ name, dryRun });
    this.present(result, (out) => contextTable(out, [result.context]));
    if (dryRun) this.note(`Dry run: "${name}" would be taken off the list; nothing was changed.`);
    else this.done(`"${name}" is off the list.`);
    return result;
  }
}
