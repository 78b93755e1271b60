import { AzoraCommand } from "../cli/base-command.js";
import { whoAmIDetails } from "../cli/views/operator.js";
import type { WhoAmI } from "../control-plane/who-am-i.js";

export default class WhoAmICommand extends AzoraCommand {
  static override summary = "Say as whom the control plane is used, and where.";
  static override examples = ["<%= config.bin %> whoami"];

  async run(): Promise<WhoAmI & { context: string | null }> {
    await this.parse(WhoAmICommand);
    const config = this.settings();
    const { openInstallation } = await import("../installation/open.js");
    const { whoAmI } = await import("../control-plane/who-am-i.js");
    const found = await this.using(openInstallation(config), async (installation) => whoAmI(await installation.control()));
    // Where the environment names the connection, no context does.
    const context = config.controlUrl?.source === "environment" ? null : (config.context?.value ?? null);
    const result = { ...found, context };
    return this.present(result, (out) => whoAmIDetails(out, result));
  }
}
