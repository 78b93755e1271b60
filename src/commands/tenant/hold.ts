import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag, tenantArgument } from "../../cli/flags.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { LifecycleResult } from "../../control-plane/change-tenant.js";

export default class TenantHoldCommand extends AzoraCommand {
  static override summary = "Put a tenant under legal hold: nobody can purge it until it is released.";
  static override description =
    "Kept by the database, against SQL by hand as well. It changes nothing for the tenant, who goes on working.";
  static override examples = ['<%= config.bin %> tenant:hold acme --reason "litigation 2026-44"'];
  static override args = { tenant: tenantArgument };
  static override flags = {
    reason: string({ description: "Why; it is shown to whoever tries to purge.", required: true }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<LifecycleResult> {
    const { args, flags } = await this.parse(TenantHoldCommand);
    const { reason, "dry-run": dryRun } = flags;
    const { openInstallation } = await import("../../installation/open.js");
    const { holdTenant } = await import("../../control-plane/hold-tenant.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) =>
      holdTenant(await installation.control(), { tenant: args.tenant, reason, dryRun }),
    );
    const { slug } = result.tenant;
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.changed) this.note(`The tenant "${slug}" was under legal hold already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: the tenant "${slug}" would be held; nothing was changed.`);
    else this.done(`The tenant "${slug}" is under legal hold.`);
    return result;
  }
}
