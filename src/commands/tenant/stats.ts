import { AzoraCommand } from "../../cli/base-command.js";
import { tenantArgument } from "../../cli/flags.js";
import { withProgress } from "../../cli/progress.js";
import { statsTable } from "../../cli/views/stats.js";
import type { TenantStats } from "../../control-plane/tenant-stats.js";

export default class TenantStatsCommand extends AzoraCommand {
  static override summary = "Count what a tenant has: rows and bytes, table by table.";
  static override description =
    "The database counts and hands out sums; no content is read by anybody. Bytes are those of the rows as they are stored, without indexes. It is logged, and a vendor admin's alone.";
  static override examples = ["<%= config.bin %> tenant:stats acme"];
  static override args = { tenant: tenantArgument };

  async run(): Promise<TenantStats> {
    const { args } = await this.parse(TenantStatsCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { tenantStats } = await import("../../control-plane/tenant-stats.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) => {
      const connection = await installation.control();
      return withProgress(this.io, "Counting", () => tenantStats(connection, args.tenant));
    });
    return this.present(result, (out) => statsTable(out, result));
  }
}
