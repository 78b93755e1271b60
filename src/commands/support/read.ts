import { string as stringArgument } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { tenantArgument } from "../../cli/flags.js";
import { parseCount, parsePairs } from "../../cli/input.js";
import { supportRows } from "../../cli/views/support.js";
import type { SupportReading } from "../../control-plane/support.js";

export default class SupportReadCommand extends AzoraCommand {
  static override summary = "Read rows of a tenant that has let you in, as an operator.";
  static override description =
    "Without a window that the tenant has opened for your login (support:list) the database refuses. What you ask for, and each row that you get, is in the tenant's log and in the vendor's before you see it.";
  static override examples = [
    "<%= config.bin %> support:read acme documents --where status=draft --limit 20",
    "<%= config.bin %> support:read acme batches --after 019aad50-3f0e-7c11-8f4c-2f3b1d0c9a55",
  ];
  static override args = {
    tenant: tenantArgument,
    table: stringArgument({
      description: "Name of a tenant table, with its schema unless that is tenant.",
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    where: string({
      description: "Only rows with this value; without one, rows that have none there.",
      multiple: true,
      helpValue: "COLUMN=VALUE",
    }),
    limit: string({ description: "At most so many, from 1 to 100; 20 unless given.", default: "20", helpValue: "N" }),
    after: string({ description: "Go on behind this row: the last one of the page before.", helpValue: "KEY" }),
  };

  async run(): Promise<SupportReading> {
    const { args, flags } = await this.parse(SupportReadCommand);
    const { after } = flags;
    const where = parsePairs(flags.where ?? [], "--where");
    const limit = parseCount(flags.limit, "--limit", 100);
    const { openInstallation } = await import("../../installation/open.js");
    const { readGranted } = await import("../../control-plane/support.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) =>
      readGranted(await installation.control(), { ...args, where, limit, ...(after !== undefined && { after }) }),
    );
    this.present(result, (out) => supportRows(out, result));
    if (result.next !== null) this.note(`There may be more: --after '${result.next}'.`);
    return result;
  }
}
