import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { billingFlag, dryRunFlag, switchFlag, tenantArgument } from "../../cli/flags.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { LifecycleResult } from "../../control-plane/change-tenant.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

export default class TenantResumeCommand extends AzoraCommand {
  static override summary = "End the suspension of a tenant.";
  static override description =
    "At Stripe a pause ends with it, and a canceled subscription is made anew on the tenant's plan; `--billing keep` leaves Stripe as it is.";
  static override examples = ["<%= config.bin %> tenant:resume acme"];
  static override args = { tenant: tenantArgument };
  static override flags = {
    nonpayment: switchFlag({ description: "Only one for non-payment: what the role billing may end." }),
    billing: billingFlag(["keep", "resume"], "resume"),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<LifecycleResult & { readonly billing: BillingOutcome | null }> {
    const { args, flags } = await this.parse(TenantResumeCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { resumeTenant } = await import("../../control-plane/resume-tenant.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const { nonpayment: fromNonpayment, billing, "dry-run": dryRun } = flags;
    const settings = this.settings();
    const result = await this.using(openInstallation(settings), async (installation) => {
      const control = await installation.control();
      const resumed = await resumeTenant(control, { tenant: args.tenant, fromNonpayment, billing, dryRun });
      return {
        ...resumed,
        billing:
          dryRun || billing === "keep"
            ? null
            : await settleBilling(control, { ...settings, scope: resumed.tenant.id, onLive: () => this.announceLive() }),
      };
    });
    const { slug } = result.tenant;
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.changed) this.note(`The tenant "${slug}" was active already; nothing was changed.`);
    else if (result.dryRun) this.note(`Dry run: the tenant "${slug}" would be resumed; nothing was changed.`);
    else this.done(`The tenant "${slug}" is active again.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }
}
