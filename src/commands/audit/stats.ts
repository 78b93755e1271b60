import { string } from "@oclif/core/flags";
import { entryFlags, logFlags, parseLogFilter, periodFlags } from "../../cli/audit-flags.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { parseCount } from "../../cli/input.js";
import { operatorName } from "../../cli/operator-name.js";
import { auditStatsView } from "../../cli/views/audit-stats.js";
import type { LogCounts } from "../../database/logs/count.js";

export default class AuditStatsCommand extends AzoraCommand {
  static override summary = "Count what is in an audit log: by actor, action, table and day.";
  static override description =
    "Bars on a terminal, a table in a pipe. Days are UTC's. Counting in a tenant's log is a read in that tenant and is logged there.";
  static override examples = [
    "<%= config.bin %> audit:stats --tenant acme --since 2026-11-01",
    "<%= config.bin %> audit:stats --control-plane --action tenant.purge --json",
  ];
  static override flags = {
    ...logFlags,
    ...periodFlags,
    ...entryFlags,
    top: string({ description: "How many names of each are told.", default: "10", helpValue: "N" }),
  };

  async run(): Promise<LogCounts> {
    const { flags } = await this.parse(AuditStatsCommand);
    const filter = parseLogFilter(flags);
    const top = parseCount(flags.top, "--top", 1000);
    const config = this.settings();
    const { openInstallation } = await import("../../installation/open.js");
    const { countAudit } = await import("../../installation/count-audit.js");
    const counts = await this.using(openInstallation(config), (installation) =>
      countAudit(installation, config, { tenant: flags.tenant, actor: `operator:${operatorName(config)}`, filter, top }),
    );
    return this.present(counts, (out) => auditStatsView(out, counts));
  }
}
