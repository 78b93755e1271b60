import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { dryRunFlag, planArgument } from "../../cli/flags.js";
import { planDetails } from "../../cli/views/plan.js";
import type { PlanResult } from "../../control-plane/change-plans.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

export default class PlanArchiveCommand extends AzoraCommand {
  static override summary = "Take a plan out of sale; whoever has it keeps it.";
  static override examples = ["<%= config.bin %> plan:archive pro"];
  static override args = { code: planArgument };
  static override flags = { "dry-run": dryRunFlag };

  async run(): Promise<PlanResult & { readonly billing: BillingOutcome | null }> {
    const { args, flags } = await this.parse(PlanArchiveCommand);
    const { "dry-run": dryRun } = flags;
    const settings = this.settings();
    const { openInstallation } = await import("../../installation/open.js");
    const { archivePlan } = await import("../../control-plane/change-plans.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const result = await this.using(openInstallation(settings), async (installation) => {
      const control = await installation.control();
      const archived = await archivePlan(control, { code: args.code, dryRun });
      return {
        ...archived,
        billing: dryRun ? null : await settleBilling(control, { ...settings, scope: "plans", onLive: () => this.announceLive() }),
      };
    });
    this.present(result, (out) => planDetails(out, result.plan));
    if (!result.changed) this.note(`The plan "${args.code}" was out of sale already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: the plan "${args.code}" would be out of sale; nothing was changed.`);
    else this.done(`The plan "${args.code}" is out of sale.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }
}
