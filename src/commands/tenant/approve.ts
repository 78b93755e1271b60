import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireTypedConsent } from "../../cli/consent.js";
import { dryRunFlag, tenantArgument } from "../../cli/flags.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { LifecycleResult } from "../../control-plane/change-tenant.js";

const CONSENT = { flag: "--confirm", preview: "--dry-run" };

export default class TenantApproveCommand extends AzoraCommand {
  static override summary = "Agree to the purge of a tenant that another operator has scheduled.";
  static override description =
    "Needed where the setting purge.approvals is 2 or more. Whoever asked for the purge can't approve it, and taking the purge back takes the approvals with it.";
  static override examples = ["<%= config.bin %> tenant:approve acme --confirm acme"];
  static override args = { tenant: tenantArgument };
  static override flags = {
    confirm: string({ description: "The tenant's slug, once more.", helpValue: "SLUG" }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<LifecycleResult> {
    const { args, flags } = await this.parse(TenantApproveCommand);
    const { confirm: given, "dry-run": dryRun } = flags;
    if (!dryRun && given === undefined && !this.io.canAsk) {
      await requireTypedConsent(this.io, { ...CONSENT, question: "", expected: "SLUG", given });
    }
    const { openInstallation } = await import("../../installation/open.js");
    const { findTenant } = await import("../../control-plane/find-tenant.js");
    const { approvePurge } = await import("../../control-plane/schedule-purge.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) => {
      const connection = await installation.control();
      const { id, slug } = await findTenant(connection, args.tenant);
      const question = `Type ${slug} to agree to its deletion:`;
      if (!dryRun) await requireTypedConsent(this.io, { ...CONSENT, question, expected: slug, given });
      return approvePurge(connection, { tenant: id, dryRun });
    });
    const { slug } = result.tenant;
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.changed) this.note(`You had approved the purge of "${slug}" already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: the purge of "${slug}" would be approved; nothing was changed.`);
    else this.done(`The purge of "${slug}" is approved.`);
    return result;
  }
}
