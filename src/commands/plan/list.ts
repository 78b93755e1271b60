import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag } from "../../cli/flags.js";
import { planTable } from "../../cli/views/plan.js";
import type { Plan } from "../../control-plane/plan.js";

export default class PlanListCommand extends AzoraCommand {
  static override summary = "List the plans, cheapest first.";
  static override examples = ["<%= config.bin %> plan:list", "<%= config.bin %> plan:list --archived --json"];
  static override flags = { archived: switchFlag({ description: "Those out of sale as well." }) };

  async run(): Promise<{ plans: readonly Plan[] }> {
    const { flags } = await this.parse(PlanListCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { listPlans } = await import("../../control-plane/list-plans.js");
    const plans = await this.using(openInstallation(this.settings()), async (installation) =>
      listPlans(await installation.control(), flags),
    );
    return this.present({ plans }, (out) => planTable(out, plans));
  }
}
