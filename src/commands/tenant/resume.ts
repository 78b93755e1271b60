import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag, switchFlag, tenantArgument } from "../../cli/flags.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { LifecycleResult } from "../../control-plane/change-tenant.js";

export default class TenantResumeCommand extends AzoraCommand {
  static override summary = "End the suspension of a tenant.";
  static override examples = ["<%= config.bin %> tenant:resume acme"];
  static override args = { tenant: tenantArgument };
  static override flags = {
    nonpayment: switchFlag({ description: "Only one for non-payment: what the role billing may end." }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<LifecycleResult> {
    const { args, flags } = await this.parse(TenantResumeCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { resumeTenant } = await import("../../control-plane/resume-tenant.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) =>
      resumeTenant(await installation.control(), {
        tenant: args.tenant,
        fromNonpayment: flags.nonpayment,
        dryRun: flags["dry-run"],
      }),
    );
    const { slug } = result.tenant;
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.changed) this.note(`The tenant "${slug}" was active already; nothing was changed.`);
    else if (result.dryRun) this.note(`Dry run: the tenant "${slug}" would be resumed; nothing was changed.`);
    else this.done(`The tenant "${slug}" is active again.`);
    return result;
  }
}
