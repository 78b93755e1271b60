import { string } from "@oclif/core/flags";
import type { PortalResult } from "../../billing/portal.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { tenantArgument } from "../../cli/flags.js";

export default class BillingPortalCommand extends AzoraCommand {
  static override summary = "Make a link to Stripe's portal, where the tenant pays and changes its card.";
  static override description = "It is good for a short while, for whoever has it: send it to nobody but the tenant.";
  static override examples = ["<%= config.bin %> billing:portal acme --return-url https://app.example/billing"];
  static override args = { tenant: tenantArgument };
  static override flags = { "return-url": string({ description: "Where the portal leads back to.", helpValue: "URL" }) };

  async run(): Promise<PortalResult> {
    const { args, flags } = await this.parse(BillingPortalCommand);
    const { "return-url": returnUrl } = flags;
    const { openInstallation } = await import("../../installation/open.js");
    const { openPortal } = await import("../../billing/portal.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) =>
      openPortal(await installation.billing(), { tenant: args.tenant, ...(returnUrl !== undefined && { returnUrl }) }),
    );
    return this.present(result, () => result.url);
  }
}
