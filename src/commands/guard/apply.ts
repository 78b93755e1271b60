import { string } from "@oclif/core/flags";
import type { Pool } from "pg";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireTypedConsent } from "../../cli/consent.js";
import { dryRunFlag } from "../../cli/flags.js";
import { guardFlags, guardInput } from "../../cli/guard-flags.js";
import { withProgress } from "../../cli/progress.js";
import { changesWarning, stepList } from "../../cli/views/guard.js";
import type { ApplyResult } from "../../installation/guard/apply.js";
import type { GuardInput } from "../../installation/guard/scope.js";

const CONSENT = { flag: "--confirm", preview: "--dry-run" };

export default class GuardApplyCommand extends AzoraCommand {
  static override summary = "Bring an existing schema under guard, step by step.";
  static override description =
    "Does what `guard:plan` prints, with the owner's login. Killed at any point and run again, it goes on where it was: what is done is read from the database. The last step switches all tables at once; until then the application works as before. On a terminal it shows what changes and asks for the database's name; a script passes --confirm DATABASE.";
  static override examples = [
    "<%= config.bin %> guard:apply --accounts-table shops --dry-run",
    "<%= config.bin %> guard:apply --accounts-table shops --confirm app",
  ];
  static override flags = {
    ...guardFlags,
    confirm: string({ description: "The database's name.", helpValue: "DATABASE" }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<ApplyResult> {
    const { flags } = await this.parse(GuardApplyCommand);
    const { confirm, "dry-run": dryRun } = flags;
    const input = guardInput(flags);
    // Without a way to agree there is nothing to look up either.
    if (!dryRun && confirm === undefined && !this.io.canAsk) {
      await requireTypedConsent(this.io, { ...CONSENT, question: "", expected: "DATABASE", given: undefined });
    }
    const { asOwner } = await import("../../installation/as-owner.js");
    const { applyGuard } = await import("../../installation/guard/apply.js");
    const result = await asOwner(this.settings(), async (owner) => {
      if (!dryRun) await this.agree(owner, input, confirm);
      return withProgress(this.io, "Applying", (progress) =>
        applyGuard(owner, input, {
          dryRun,
          onProgress: ({ step, done, total, pages }) =>
            progress.update({ label: step, ...(pages ? { ...pages, unit: "pages" } : { done, total, unit: "steps" }) }),
        }),
      );
    });
    this.present(result, (out) => stepList(out, result));
    if (dryRun) this.note(`Dry run: ${result.left.length} step(s) are left; nothing was changed.`);
    else
      this.done(
        result.done.length === 0 ? "Nothing was left to do." : `${result.done.length} step(s) done: the tables are under guard.`,
      );
    return result;
  }

  private async agree(owner: Pool, input: GuardInput, given: string | undefined): Promise<void> {
    const { planGuard } = await import("../../installation/guard/plan.js");
    const { database, findings, steps } = await planGuard(owner, input);
    if (given === undefined && steps.length > 0) this.io.err.write(changesWarning(this.io.err, database, findings));
    await requireTypedConsent(this.io, { ...CONSENT, question: `Type ${database} to go on:`, expected: database, given });
  }
}
