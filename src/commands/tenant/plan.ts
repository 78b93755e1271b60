import { string } from "@oclif/core/args";
import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { dryRunFlag, tenantArgument } from "../../cli/flags.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { LifecycleResult } from "../../control-plane/change-tenant.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

export default class TenantPlanCommand extends AzoraCommand {
  static override summary = "Put a tenant on another plan.";
  static override description =
    "Where Stripe bills, the change is prorated as of now; `billing:change` shows first what it costs.";
  static override examples = ["<%= config.bin %> tenant:plan acme enterprise"];
  static override args = {
    tenant: tenantArgument,
    plan: string({ description: "Code of the plan.", required: true, ignoreStdin: true }),
  };
  static override flags = { "dry-run": dryRunFlag };

  async run(): Promise<LifecycleResult & { readonly billing: BillingOutcome | null }> {
    const { args, flags } = await this.parse(TenantPlanCommand);
    const { tenant, plan } = args;
    const { openInstallation } = await import("../../installation/open.js");
    const { changePlan } = await import("../../control-plane/change-plan.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const { "dry-run": dryRun } = flags;
    const settings = this.settings();
    const result = await this.using(openInstallation(settings), async (installation) => {
      const control = await installation.control();
      const changed = await changePlan(control, { tenant, plan, dryRun });
      return {
        ...changed,
        billing: dryRun
          ? null
          : await settleBilling(control, { ...settings, scope: changed.tenant.id, onLive: () => this.announceLive() }),
      };
    });
    const { slug } = result.tenant;
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.changed) this.note(`The tenant "${slug}" was on the plan ${plan} already; nothing was changed.`);
    else if (result.dryRun) this.note(`Dry run: the tenant "${slug}" would be on the plan ${plan}; nothing was changed.`);
    else this.done(`The tenant "${slug}" is on the plan ${plan}.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }
}
