import type { ConnectBillingResult } from "../../billing/connect.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireConsent } from "../../cli/consent.js";
import { renderDetails } from "../../cli/details.js";
import { dryRunFlag, yesFlag } from "../../cli/flags.js";

export default class BillingConnectCommand extends AzoraCommand {
  static override summary = "Tie this installation to the Stripe account of the key.";
  static override description =
    "From then on every change of a tenant or a plan is written down for Stripe in the same transaction, and done there at once or by `billing:run`. It begins with what is there: every plan becomes a price, every active tenant a customer with a subscription. The database keeps the account and the mode: a test key never touches tenants that are billed for real, nor the other way round. The key comes from STRIPE_API_KEY or STRIPE_API_KEY_FILE.";
  static override examples = [
    "<%= config.bin %> billing:connect --dry-run",
    "STRIPE_API_KEY_FILE=stripe.key <%= config.bin %> billing:connect --yes",
  ];
  static override flags = { yes: yesFlag, "dry-run": dryRunFlag };

  async run(): Promise<ConnectBillingResult> {
    const { flags } = await this.parse(BillingConnectCommand);
    const { yes, "dry-run": dryRun } = flags;
    const { openInstallation } = await import("../../installation/open.js");
    const { connectBilling } = await import("../../billing/connect.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) => {
      const billing = await installation.billing();
      if (!dryRun && billing.livemode) this.announceLive();
      const question = `Bill the tenants of this installation by Stripe (${billing.livemode ? "live" : "test"} mode)?`;
      await requireConsent(this.io, { question, given: yes || dryRun, flag: "--yes", preview: "--dry-run" });
      return connectBilling(billing, dryRun);
    });
    const { stripeAccount, livemode, waiting, changed } = result;
    this.present(result, (out) =>
      renderDetails(out, [
        { label: "Stripe account", value: stripeAccount },
        { label: "Mode", value: livemode ? "live" : "test" },
        { label: "Steps waiting", value: waiting },
      ]),
    );
    if (!changed) this.note("This installation was connected so already; nothing was changed.");
    else if (dryRun) this.note("Dry run: the installation would be connected so; nothing was changed.");
    else this.done("The installation is connected. `azora billing:run` brings plans and tenants to Stripe.");
    return result;
  }
}
