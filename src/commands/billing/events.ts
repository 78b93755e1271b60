import type { PullResult } from "../../billing/events/pull-events.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { dryRunFlag } from "../../cli/flags.js";
import { withProgress } from "../../cli/progress.js";
import { pulledEvents } from "../../cli/views/billing-events.js";

export default class BillingEventsCommand extends AzoraCommand {
  static override summary = "Take in what happened at Stripe since the last time.";
  static override description =
    "For cron, every few minutes, also beside `billing:webhook`: what a receiver has missed comes in here, and nothing is handled twice. Where it goes on from is kept in the database. What an event says may be old by now, so Stripe is asked what each subscription is; a payment ends a suspension for non-payment at once. Stripe keeps events for 30 days: if nobody looked for longer, it ends with exit code 9 until `billing:sync` has compared everything.";
  static override examples = ["<%= config.bin %> billing:events", "<%= config.bin %> billing:events --dry-run --json"];
  static override flags = { "dry-run": dryRunFlag };

  async run(): Promise<PullResult> {
    const { flags } = await this.parse(BillingEventsCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { pullEvents } = await import("../../billing/events/pull-events.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) => {
      const billing = await installation.billing();
      return withProgress(this.io, "Taking in events", (progress) => {
        let done = 0;
        return pullEvents(billing, {
          dryRun: flags["dry-run"],
          onEvent: () => progress.update({ done: ++done, unit: "events" }),
        });
      });
    });
    const { failed, missedSince, outcomes } = result;
    this.present(result, (out) => pulledEvents(out, result));
    if (failed.length > 0) {
      const message = `${failed.length} event(s) could not be handled, the first one ${failed[0]?.id}: ${failed[0]?.message} No money moved.`;
      throw new CheckFailed(message, result, "The next run tries them again.", "UNDECIDED");
    }
    if (missedSince) {
      const message = `Events since ${missedSince.toISOString()} may be lost: Stripe keeps them for 30 days. No money moved.`;
      throw new CheckFailed(message, result, "`azora billing:sync` compares everything with Stripe.");
    }
    if (result.dryRun) this.note("Dry run: nothing was changed.");
    else
      this.done(
        `${outcomes.changed} of ${outcomes.changed + outcomes.unchanged + outcomes.unknown} new events changed something.`,
      );
    return result;
  }
}
