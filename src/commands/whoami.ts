import { AzoraCommand } from "../cli/base-command.js";
import { whoAmIDetails } from "../cli/views/operator.js";
import type { WhoAmI } from "../control-plane/who-am-i.js";

export default class WhoAmICommand extends AzoraCommand {
  static override summary = "Say as whom the control plane is used, and where.";
  static override examples = ["<%= config.bin %> whoami"];

  async run(): Promise<WhoAmI> {
    await this.parse(WhoAmICommand);
    const { openInstallation } = await import("../installation/open.js");
    const { whoAmI } = await import("../control-plane/who-am-i.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) =>
      whoAmI(await installation.control()),
    );
    return this.present(result, (out) => whoAmIDetails(out, result));
  }
}
