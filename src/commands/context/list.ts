import { AzoraCommand } from "../../cli/base-command.js";
import { contextTable } from "../../cli/views/context.js";
import type { ContextEntry } from "../../installation/contexts.js";

export default class ContextListCommand extends AzoraCommand {
  static override summary = "List the installations that this machine knows, and which one is in use.";
  static override examples = ["<%= config.bin %> context:list"];

  async run(): Promise<{ contexts: readonly ContextEntry[] }> {
    await this.parse(ContextListCommand);
    const { listContexts } = await import("../../installation/contexts.js");
    const contexts = listContexts();
    return this.present({ contexts }, (out) => contextTable(out, contexts));
  }
}
