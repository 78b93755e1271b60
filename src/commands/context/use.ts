import { AzoraCommand } from "../../cli/base-command.js";
import { contextArgument, dryRunFlag } from "../../cli/flags.js";
import { contextTable } from "../../cli/views/context.js";
import type { ContextChange } from "../../installation/contexts.js";

export default class ContextUseCommand extends AzoraCommand {
  static override summary = "Use this installation from now on.";
  static override description =
    "For commands at a terminal. --context NAME chooses another one for one command, AZORA_CONTEXT for one shell; AZORA_DATA_DIR and the connection strings of the environment win over all of it, as `azora config` shows. An application's tenantDb() follows the environment alone.";
  static override examples = ["<%= config.bin %> context:use production"];
  static override args = { context: contextArgument };
  static override flags = { "dry-run": dryRunFlag };

  async run(): Promise<ContextChange> {
    const { args, flags } = await this.parse(ContextUseCommand);
    const { useContext } = await import("../../installation/contexts.js");
    const result = useContext({ name: args.context, dryRun: flags["dry-run"] });
    this.present(result, (out) => contextTable(out, [result.context]));
    if (!result.changed) this.note(`"${args.context}" was in use already; nothing was changed.`);
    else if (result.dryRun) this.note(`Dry run: "${args.context}" would be used from now on; nothing was changed.`);
    else this.done(`"${args.context}" is used from now on.`);
    return result;
  }
}
