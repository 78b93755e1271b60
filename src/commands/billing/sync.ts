import { option } from "@oclif/core/flags";
import type { DriftClass } from "../../billing/sync/drift.js";
import type { SyncBillingResult } from "../../billing/sync/sync-billing.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { withProgress } from "../../cli/progress.js";
import { driftTable } from "../../cli/views/billing.js";

const CLASSES = [
  "missing",
  "orphaned",
  "other-plan",
  "other-status",
  "price-changed",
  "purged-billed",
  "refused",
] as const satisfies readonly DriftClass[];

export default class BillingSyncCommand extends AzoraCommand {
  static override summary = "Say in what the database and Stripe disagree, and put right what you name.";
  static override description =
    "Both directions. missing: the database bills it and Stripe hasn't got it (--fix makes it again). orphaned: Stripe has a second one that the database doesn't know (canceled; a customer is deleted). other-plan: Stripe bills another plan (put back). other-status: another state, period or way of paying than was seen last (the database takes it over). price-changed: a price isn't what azora made it (made again, put back). purged-billed: the tenant is purged and still billed (canceled). refused: Stripe refused a step (tried again). Without --fix nothing is changed. Exit code 9 while anything is left; safe to run from cron.";
  static override examples = [
    "<%= config.bin %> billing:sync",
    "<%= config.bin %> billing:sync --fix other-status --fix missing",
  ];
  static override flags = {
    fix: option({ description: "Put this class right. Several times.", options: CLASSES, multiple: true, helpValue: "CLASS" })(),
  };

  async run(): Promise<SyncBillingResult> {
    const { flags } = await this.parse(BillingSyncCommand);
    const { fix = [] } = flags;
    const { openInstallation } = await import("../../installation/open.js");
    const { syncBilling } = await import("../../billing/sync/sync-billing.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) => {
      const billing = await installation.billing();
      if (fix.length > 0 && billing.livemode) this.announceLive();
      return withProgress(this.io, "Comparing with Stripe", () => syncBilling(billing, { fix }));
    });
    const { drift, fixed, waiting } = result;
    this.present(result, (out) => driftTable(out, drift));
    for (const [name, count] of Object.entries(fixed)) this.note(`${name}: ${count} put right.`);
    if (waiting > 0) this.note(`${waiting} ${waiting === 1 ? "step waits" : "steps wait"} for Stripe: \`azora billing:run\`.`);
    if (drift.length === 0) this.done("The database and Stripe agree.");
    else
      throw new CheckFailed(
        `The database and Stripe disagree in ${drift.length} ${drift.length === 1 ? "thing" : "things"}.`,
        result,
        "`--fix CLASS` puts a class right.",
      );
    return result;
  }
}
