import { AzoraCommand } from "../../cli/base-command.js";
import { operatorTable } from "../../cli/views/operator.js";
import type { Operator } from "../../control-plane/operator.js";

export default class OperatorListCommand extends AzoraCommand {
  static override summary = "List the operators: who may do what, since when, until when.";
  static override examples = ["<%= config.bin %> operator:list"];

  async run(): Promise<{ operators: readonly Operator[] }> {
    await this.parse(OperatorListCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { listOperators } = await import("../../control-plane/list-operators.js");
    const operators = await this.using(openInstallation(this.settings()), async (installation) =>
      listOperators(await installation.control()),
    );
    return this.present({ operators }, (out) => operatorTable(out, operators));
  }
}
