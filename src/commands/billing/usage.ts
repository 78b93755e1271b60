import { string } from "@oclif/core/flags";
import type { ReportUsageResult } from "../../billing/report-usage.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { renderDetails } from "../../cli/details.js";
import { dryRunFlag, tenantArgument } from "../../cli/flags.js";
import { parseTime, parseWhole } from "../../cli/input.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

export default class BillingUsageCommand extends AzoraCommand {
  static override summary = "Tell a meter at Stripe what a tenant has used.";
  static override description =
    "Told again under the same --id it is counted once, whenever that is: the id is the caller's own word for it, a day or a batch. The time lies within the last 35 days. The meter is made in Stripe's dashboard and named by its event name.";
  static override examples = [
    "<%= config.bin %> billing:usage acme --meter documents --value 120 --at 2026-11-22 --id documents-2026-11-22",
  ];
  static override args = { tenant: tenantArgument };
  static override flags = {
    meter: string({ description: "Event name of the meter.", required: true }),
    value: string({ description: "How much: a whole number.", required: true, helpValue: "N" }),
    at: string({ description: "When it was used: a day or an ISO time.", required: true, helpValue: "TIME" }),
    id: string({ description: "What makes it the same usage when it is told again.", required: true }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<ReportUsageResult & { readonly billing: BillingOutcome | null }> {
    const { args, flags } = await this.parse(BillingUsageCommand);
    const { meter, id, "dry-run": dryRun } = flags;
    const value = parseWhole(flags.value, "--value");
    const at = parseTime(flags.at, "--at") ?? new Date();
    const settings = this.settings();
    const { openInstallation } = await import("../../installation/open.js");
    const { recordUsage } = await import("../../billing/report-usage.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const result = await this.using(openInstallation(settings), async (installation) => {
      const billing = await installation.billing();
      if (!dryRun && billing.livemode) this.announceLive();
      const told = await recordUsage(billing, { tenant: args.tenant, meter, value, at, id, dryRun });
      return { ...told, billing: dryRun ? null : await settleBilling(billing.control, { ...settings, scope: told.accountId }) };
    });
    this.present(result, (out) =>
      renderDetails(out, [
        { label: "Tenant", value: result.tenant },
        { label: "Meter", value: meter },
        { label: "Value", value },
        { label: "At", value: at },
        { label: "Id", value: id },
      ]),
    );
    if (!result.changed) this.note(`The usage "${id}" was told already; nothing was changed.`);
    else if (dryRun) this.note("Dry run: nothing was told.");
    else this.done(`The usage "${id}" is told.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }
}
