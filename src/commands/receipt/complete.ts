import { string as stringArgument } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireConsent } from "../../cli/consent.js";
import { dryRunFlag, yesFlag } from "../../cli/flags.js";
import { withProgress } from "../../cli/progress.js";
import { receiptDetails } from "../../cli/views/receipt.js";
import type { CompleteReceiptResult } from "../../control-plane/complete-receipt.js";

export default class ReceiptCompleteCommand extends AzoraCommand {
  static override summary = "Finish what was pending in outside stores when a tenant was purged.";
  static override description =
    "Removes the tenant there and says so in a signed addendum; the receipt itself never changes. With --stated nothing is removed: it takes down that somebody has done it, and how.";
  static override examples = [
    "<%= config.bin %> receipt:complete 12 --yes",
    '<%= config.bin %> receipt:complete 12 --store stripe --stated "deleted in the dashboard, ticket 4711" --yes',
  ];
  static override args = {
    receipt: stringArgument({ description: "Number, slug or account id.", required: true, ignoreStdin: true }),
  };
  static override flags = {
    store: string({ description: "This store alone; all that are pending otherwise.", helpValue: "NAME" }),
    stated: string({ description: "Who removed it there, or how; needs --store.", helpValue: "TEXT", dependsOn: ["store"] }),
    yes: yesFlag,
    "dry-run": dryRunFlag,
  };

  async run(): Promise<CompleteReceiptResult> {
    const { args, flags } = await this.parse(ReceiptCompleteCommand);
    const { store, stated, yes, "dry-run": dryRun } = flags;
    const { openInstallation } = await import("../../installation/open.js");
    const { completeReceipt } = await import("../../control-plane/complete-receipt.js");
    const { receipt: which } = args;
    if (!dryRun) {
      const question = `Complete receipt ${which}${store ? ` in ${store}` : ""}?`;
      await requireConsent(this.io, { question, given: yes, flag: "--yes", preview: "--dry-run" });
    }
    const input = { receipt: which, dryRun, ...(store && { store }), ...(stated !== undefined && { stated }) };
    const result = await this.using(openInstallation(this.settings()), async (installation) => {
      const connection = await installation.control();
      return withProgress(this.io, "Completing", () => completeReceipt(connection, input));
    });
    const { receipt, completed } = result;
    this.present(result, (out) => receiptDetails(out, receipt));
    const names = completed.join(", ");
    if (completed.length === 0) this.note("Nothing was pending; nothing was changed.");
    else if (dryRun) this.note(`Dry run: ${names} would be completed; nothing was changed.`);
    else this.done(`${names} completed.`);
    return result;
  }
}
