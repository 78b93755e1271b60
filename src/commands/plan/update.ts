import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { dryRunFlag, planArgument } from "../../cli/flags.js";
import { parseWhole } from "../../cli/input.js";
import { planDetails } from "../../cli/views/plan.js";
import type { PlanResult } from "../../control-plane/change-plans.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

export default class PlanUpdateCommand extends AzoraCommand {
  static override summary = "Change a plan for those who subscribe from now on.";
  static override description =
    "Another amount is another price at Stripe, to which the lookup key moves; whoever subscribed to the old one keeps it. Currency and interval never change: that is another plan.";
  static override examples = ["<%= config.bin %> plan:update pro --amount 52000"];
  static override args = { code: planArgument };
  static override flags = {
    name: string({ description: "Name of the plan, as it stands on invoices." }),
    amount: string({ description: "Price in minor units of the currency: cents.", helpValue: "N" }),
    trial: string({ description: "Days that cost nothing at the beginning.", helpValue: "DAYS" }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<PlanResult & { readonly billing: BillingOutcome | null }> {
    const { args, flags } = await this.parse(PlanUpdateCommand);
    const { name, amount, trial, "dry-run": dryRun } = flags;
    const changes = {
      ...(name !== undefined && { name }),
      ...(amount !== undefined && { amount: parseWhole(amount, "--amount") }),
      ...(trial !== undefined && { trialDays: parseWhole(trial, "--trial") }),
    };
    const settings = this.settings();
    const { openInstallation } = await import("../../installation/open.js");
    const { updatePlan } = await import("../../control-plane/change-plans.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const result = await this.using(openInstallation(settings), async (installation) => {
      const control = await installation.control();
      const updated = await updatePlan(control, { code: args.code, ...changes, dryRun });
      return {
        ...updated,
        billing: dryRun ? null : await settleBilling(control, { ...settings, scope: "plans", onLive: () => this.announceLive() }),
      };
    });
    this.present(result, (out) => planDetails(out, result.plan));
    if (!result.changed) this.note(`The plan "${args.code}" was so already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: the plan "${args.code}" would be so; nothing was changed.`);
    else this.done(`The plan "${args.code}" is changed.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }
}
