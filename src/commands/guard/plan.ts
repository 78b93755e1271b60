import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { guardFlags, guardInput } from "../../cli/guard-flags.js";
import { withProgress } from "../../cli/progress.js";
import type { GuardPlan } from "../../installation/guard/plan.js";

export default class GuardPlanCommand extends AzoraCommand {
  static override summary = "Print the SQL that brings an existing schema under guard.";
  static override description =
    "Reads the database with the owner's login (AZORA_OWNER_URL) and writes nothing. A table's account is found by following its foreign keys to the accounts table. The script is made for a live system: each step says which lock it takes. Exit code 9 when something needs a decision first; then the findings are printed and no steps.";
  static override examples = [
    "<%= config.bin %> guard:plan --accounts-table shops > guard.sql",
    '<%= config.bin %> guard:plan --schema crm --accounts-table crm.organizations --exclude "crm.countries=the same for everybody"',
  ];
  static override flags = guardFlags;

  async run(): Promise<GuardPlan> {
    const { flags } = await this.parse(GuardPlanCommand);
    const input = guardInput(flags);
    const { asOwner } = await import("../../installation/as-owner.js");
    const { planGuard } = await import("../../installation/guard/plan.js");
    const { guardScript } = await import("../../installation/guard/script.js");
    const plan = await withProgress(this.io, "Reading the schema", () =>
      asOwner(this.settings(), (owner) => planGuard(owner, input)),
    );
    this.present(plan, () => guardScript(plan));
    const blocking = plan.findings.filter(({ severity }) => severity === "blocks");
    if (blocking.length === 0) return plan;
    throw new CheckFailed(`${blocking.length} things need a decision first.`, plan, blocking[0]?.fix ?? undefined);
  }
}
