import { string } from "@oclif/core/flags";
import type { EnforceResult } from "../../billing/enforcement/enforce-billing.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireConsent } from "../../cli/consent.js";
import { CheckFailed } from "../../cli/failure.js";
import { dryRunFlag, yesFlag } from "../../cli/flags.js";
import { parseCount } from "../../cli/input.js";
import { withProgress } from "../../cli/progress.js";
import { enforcement } from "../../cli/views/billing-enforce.js";

export default class BillingEnforceCommand extends AzoraCommand {
  static override summary = "Take the next step with tenants that don't pay: time, then reading only, then suspended.";
  static override description =
    "For cron, once a day. Whoever is past due gets time (the setting billing.grace_days, 14), then may only read (billing.read_only_days, 14), then is suspended. Before anybody is stopped Stripe is asked about everybody: who has paid by now is left alone, or resumed. What an operator has suspended is not touched, and nobody is ever purged for it. When more tenants would be stopped than --max, nobody is and it ends with exit code 9: that is rather a fault than so many debtors.";
  static override examples = ["<%= config.bin %> billing:enforce --dry-run", "<%= config.bin %> billing:enforce --yes --max 50"];
  static override flags = {
    max: string({
      description: "Stop at most so many tenants (default: 10, or a twentieth of those billed if that is more).",
      helpValue: "N",
    }),
    yes: yesFlag,
    "dry-run": dryRunFlag,
  };

  async run(): Promise<EnforceResult> {
    const { flags } = await this.parse(BillingEnforceCommand);
    const { yes, "dry-run": dryRun } = flags;
    const max = flags.max === undefined ? undefined : parseCount(flags.max, "--max");
    const question = "Stop the tenants that haven't paid and whose time is over?";
    await requireConsent(this.io, { question, given: yes || dryRun, flag: "--yes", preview: "--dry-run" });
    const { openInstallation } = await import("../../installation/open.js");
    const { enforceBilling } = await import("../../billing/enforcement/enforce-billing.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) => {
      const billing = await installation.billing();
      return withProgress(this.io, "Asking Stripe", (progress) =>
        enforceBilling(billing, { dryRun, max, onTenant: (slug) => progress.update({ label: `Asking Stripe about ${slug}` }) }),
      );
    });
    this.present(result, (out) => enforcement(out, result));
    const { steps, tooMany } = result;
    const stopped = steps.filter(({ step }) => step !== "grace").length;
    if (tooMany && !dryRun) {
      const message = `${stopped} tenants would be stopped, and one run stops ${result.max} at most: nobody was. No money moved.`;
      throw new CheckFailed(message, result, "Look at them with --dry-run. If it is right so, pass --max.");
    }
    if (dryRun)
      this.note(`Dry run: ${stopped} tenant(s) would be stopped${tooMany ? ", more than --max" : ""}; nothing was changed.`);
    else this.done(`${stopped} tenant(s) stopped, ${result.paid.length} paid. No money moved.`);
    return result;
  }
}
