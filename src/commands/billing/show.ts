import type { BillingOverview } from "../../billing/show-billing.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag, tenantArgument } from "../../cli/flags.js";
import { billingDetails } from "../../cli/views/billing.js";

export default class BillingShowCommand extends AzoraCommand {
  static override summary = "Show what a tenant is billed: status, period, next invoice, card, link to the portal.";
  static override description =
    "As Stripe says it now. The link is for the tenant and good for a short while; `--no-portal` makes none.";
  static override examples = ["<%= config.bin %> billing:show acme", "<%= config.bin %> billing:show acme --no-portal --json"];
  static override args = { tenant: tenantArgument };
  static override flags = { "no-portal": switchFlag({ description: "Make no link to the portal." }) };

  async run(): Promise<BillingOverview> {
    const { args, flags } = await this.parse(BillingShowCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { showBilling } = await import("../../billing/show-billing.js");
    const overview = await this.using(openInstallation(this.settings()), async (installation) =>
      showBilling(await installation.billing(), { tenant: args.tenant, portal: !flags["no-portal"] }),
    );
    return this.present(overview, (out) => billingDetails(out, overview));
  }
}
