import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireConsent } from "../../cli/consent.js";
import { dryRunFlag, tenantArgument, yesFlag } from "../../cli/flags.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { LifecycleResult } from "../../control-plane/change-tenant.js";

export default class TenantReleaseCommand extends AzoraCommand {
  static override summary = "End the legal hold of a tenant.";
  static override description = "A purge that was scheduled before is due as it was.";
  static override examples = ['<%= config.bin %> tenant:release acme --reason "litigation 2026-44 settled" --yes'];
  static override args = { tenant: tenantArgument };
  static override flags = {
    reason: string({ description: "Why; it is written to the admin audit log.", required: true }),
    yes: yesFlag,
    "dry-run": dryRunFlag,
  };

  async run(): Promise<LifecycleResult> {
    const { args, flags } = await this.parse(TenantReleaseCommand);
    const { reason, yes, "dry-run": dryRun } = flags;
    const question = `Release "${args.tenant}" from its legal hold?`;
    await requireConsent(this.io, { question, given: yes || dryRun, flag: "--yes", preview: "--dry-run" });
    const { openInstallation } = await import("../../installation/open.js");
    const { releaseTenant } = await import("../../control-plane/hold-tenant.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) =>
      releaseTenant(await installation.control(), { tenant: args.tenant, reason, dryRun }),
    );
    const { slug } = result.tenant;
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.changed) this.note(`The tenant "${slug}" was not under legal hold; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: the tenant "${slug}" would be released; nothing was changed.`);
    else this.done(`The tenant "${slug}" is released from its legal hold.`);
    return result;
  }
}
