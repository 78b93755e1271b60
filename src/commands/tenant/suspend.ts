import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { requireConsent } from "../../cli/consent.js";
import { billingFlag, dryRunFlag, switchFlag, tenantArgument, yesFlag } from "../../cli/flags.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { LifecycleResult } from "../../control-plane/change-tenant.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

export default class TenantSuspendCommand extends AzoraCommand {
  static override summary = "Suspend a tenant: its next statement is refused by the database.";
  static override description =
    "Clients that are open already are refused too. Nothing is deleted; `tenant:resume` ends it. Suspending a suspended tenant changes only what differs. At Stripe nothing changes (--billing keep) unless it is told: `pause` goes on making invoices and makes them void, so that nobody pays for the time; `cancel` ends the subscription at once, without a last invoice and without giving money back.";
  static override examples = [
    '<%= config.bin %> tenant:suspend acme --reason "invoice 2026-118 unpaid" --nonpayment --yes',
    '<%= config.bin %> tenant:suspend acme --reason "audit in progress" --read-only --yes',
  ];
  static override args = { tenant: tenantArgument };
  static override flags = {
    reason: string({ description: "Why; it is written to the admin audit log.", required: true }),
    "read-only": switchFlag({ description: "Refuse writes only; reads go on." }),
    nonpayment: switchFlag({ description: "For non-payment: what the role billing may do, and end again." }),
    billing: billingFlag(["keep", "pause", "cancel"], "keep"),
    yes: yesFlag,
    "dry-run": dryRunFlag,
  };

  async run(): Promise<LifecycleResult & { readonly billing: BillingOutcome | null }> {
    const { args, flags } = await this.parse(TenantSuspendCommand);
    const { reason, "read-only": readOnly, nonpayment: forNonpayment, billing, "dry-run": dryRun } = flags;
    const question = `Suspend "${args.tenant}"${readOnly ? " for writing" : ""}?`;
    await requireConsent(this.io, { question, given: flags.yes || dryRun, flag: "--yes", preview: "--dry-run" });
    const { openInstallation } = await import("../../installation/open.js");
    const { suspendTenant } = await import("../../control-plane/suspend-tenant.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const settings = this.settings();
    const result = await this.using(openInstallation(settings), async (installation) => {
      const control = await installation.control();
      const suspended = await suspendTenant(control, { tenant: args.tenant, reason, readOnly, forNonpayment, billing, dryRun });
      return {
        ...suspended,
        billing:
          dryRun || billing === "keep"
            ? null
            : await settleBilling(control, { ...settings, scope: suspended.tenant.id, onLive: () => this.announceLive() }),
      };
    });
    const { slug } = result.tenant;
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.changed) this.note(`The tenant "${slug}" was suspended so already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: the tenant "${slug}" would be suspended so; nothing was changed.`);
    else this.done(`The tenant "${slug}" is suspended.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }
}
