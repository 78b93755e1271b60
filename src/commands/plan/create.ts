import { option, string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { dryRunFlag, planArgument } from "../../cli/flags.js";
import { parseWhole } from "../../cli/input.js";
import { planDetails } from "../../cli/views/plan.js";
import type { PlanResult } from "../../control-plane/change-plans.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

export default class PlanCreateCommand extends AzoraCommand {
  static override summary = "Make a plan that tenants can subscribe to.";
  static override description =
    "Money is a whole number of minor units: 19000 is 190.00 EUR. Where Stripe bills, the plan becomes a product and a price there, found again by the lookup key azora_plan_CODE. Currency and interval never change: that is another plan.";
  static override examples = ['<%= config.bin %> plan:create pro --name "Professional" --amount 49000 --currency EUR --trial 14'];
  static override args = { code: planArgument };
  static override flags = {
    name: string({ description: "Name of the plan, as it stands on invoices.", required: true }),
    amount: string({ description: "Price in minor units of the currency: cents.", required: true, helpValue: "N" }),
    currency: string({ description: "Three letters: EUR.", required: true }),
    interval: option({
      description: "How often it is billed.",
      options: ["month", "year"] as const,
      default: "month" as const,
    })(),
    trial: string({ description: "Days that cost nothing at the beginning.", default: "0", helpValue: "DAYS" }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<PlanResult & { readonly billing: BillingOutcome | null }> {
    const { args, flags } = await this.parse(PlanCreateCommand);
    const { name, currency, interval, "dry-run": dryRun } = flags;
    const amount = parseWhole(flags.amount, "--amount");
    const trialDays = parseWhole(flags.trial, "--trial");
    const settings = this.settings();
    const { openInstallation } = await import("../../installation/open.js");
    const { createPlan } = await import("../../control-plane/change-plans.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const result = await this.using(openInstallation(settings), async (installation) => {
      const control = await installation.control();
      const made = await createPlan(control, { code: args.code, name, amount, currency, interval, trialDays, dryRun });
      return {
        ...made,
        billing: dryRun ? null : await settleBilling(control, { ...settings, scope: "plans", onLive: () => this.announceLive() }),
      };
    });
    this.present(result, (out) => planDetails(out, result.plan));
    if (dryRun) this.note(`Dry run: the plan "${args.code}" would be made so; nothing was changed.`);
    else this.done(`The plan "${args.code}" is made.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }
}
