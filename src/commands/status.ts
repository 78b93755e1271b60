import { AzoraCommand } from "../cli/base-command.js";
import { overviewText } from "../cli/views/overview.js";
import type { Overview } from "../installation/overview/state.js";

export default class StatusCommand extends AzoraCommand {
  static override summary = "Say where one is, and what to do next; `azora` alone does the same.";
  static override description =
    "The installation, the login, the tenants, how the last isolation check on this machine ended, and three commands that make sense now. Waits two seconds at most, and says so when the database doesn't answer: the exit code is 0 in any case.";
  static override examples = ["<%= config.bin %> status", "<%= config.bin %> status --json"];

  async run(): Promise<Overview> {
    await this.parse(StatusCommand);
    const { overview } = await import("../installation/overview/overview.js");
    const result = await overview(() => this.settings());
    return this.present(result, (out) => overviewText(out, result));
  }
}
