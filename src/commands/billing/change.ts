import { option, string } from "@oclif/core/flags";
import type { ChangePlanResult } from "../../billing/change-billing.js";
import type { Billing } from "../../billing/connection.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { requireConsent } from "../../cli/consent.js";
import { dryRunFlag, tenantArgument, yesFlag } from "../../cli/flags.js";
import { changePreview } from "../../cli/views/billing.js";
import { AzoraError } from "../../errors.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

interface Changed {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly preview?: ChangePlanResult["preview"];
  readonly billing: BillingOutcome | null;
}

export default class BillingChangeCommand extends AzoraCommand {
  static override summary = "Put a tenant on another plan, or have it pay another way, and see first what that costs.";
  static override description =
    "Another plan is shown with its proration, then asked for, then billed from the very second that was shown; what is prorated comes to the next invoice. `--collection card` charges the card on file, `--collection invoice` sends invoices.";
  static override examples = [
    "<%= config.bin %> billing:change acme --plan enterprise --dry-run",
    "<%= config.bin %> billing:change acme --plan enterprise --yes",
    "<%= config.bin %> billing:change acme --collection card --yes",
  ];
  static override args = { tenant: tenantArgument };
  static override flags = {
    plan: string({ description: "Code of the plan.", exactlyOne: ["plan", "collection"] }),
    collection: option({ description: "How invoices are paid.", options: ["card", "invoice"] as const })(),
    yes: yesFlag,
    "dry-run": dryRunFlag,
  };

  async run(): Promise<Changed> {
    const { args, flags } = await this.parse(BillingChangeCommand);
    const { plan, collection, yes, "dry-run": dryRun } = flags;
    const { tenant } = args;
    if (!yes && !dryRun && !this.io.canAsk) await this.agree("", false);
    const settings = this.settings();
    const { openInstallation } = await import("../../installation/open.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const { findTenant } = await import("../../control-plane/find-tenant.js");
    const result = await this.using(openInstallation(settings), async (installation): Promise<Changed> => {
      const billing = await installation.billing();
      if (!dryRun && billing.livemode) this.announceLive();
      const input = { tenant, agreed: yes || dryRun, dryRun };
      const change =
        plan === undefined
          ? await this.changeCollection(billing, input, collection)
          : await this.changePlan(billing, input, plan);
      const { id } = await findTenant(billing.control, tenant);
      return { ...change, dryRun, billing: dryRun ? null : await settleBilling(billing.control, { ...settings, scope: id }) };
    });
    const what = plan === undefined ? `pays by ${collection}` : `is on the plan ${plan}`;
    if (!result.changed) this.note(`It was so already: the tenant "${tenant}" ${what}; nothing was changed and no money moved.`);
    else if (dryRun) this.note("Dry run: nothing was changed and no money moved.");
    else this.done(`The tenant "${tenant}" ${what}.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }

  private async changePlan(billing: Billing, { tenant, agreed, dryRun }: Input, plan: string) {
    const { applyChange, previewChange } = await import("../../billing/change-billing.js");
    const preview = await previewChange(billing, { tenant, plan });
    this.present(preview, (out) => changePreview(out, preview));
    await this.agree(`Put "${tenant}" on the plan ${plan}?`, agreed);
    return applyChange(billing, { preview, dryRun });
  }

  private async changeCollection(
    billing: Billing,
    { tenant, agreed, dryRun }: Input,
    collection: "card" | "invoice" | undefined,
  ) {
    if (collection === undefined) throw new AzoraError("USAGE", "Either --plan or --collection is needed.");
    const { changeCollection } = await import("../../billing/change-billing.js");
    await this.agree(`Have "${tenant}" pay by ${collection}?`, agreed);
    return { changed: await changeCollection(billing, { tenant, collection, dryRun }) };
  }

  private agree(question: string, given: boolean): Promise<void> {
    return requireConsent(this.io, { question, given, flag: "--yes", preview: "--dry-run" });
  }
}

interface Input {
  readonly tenant: string;
  readonly agreed: boolean;
  readonly dryRun: boolean;
}
