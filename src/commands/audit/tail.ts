import { once } from "node:events";
import { string } from "@oclif/core/flags";
import { afterFlag, entryFlags, logFlags, parseLogFilter } from "../../cli/audit-flags.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag } from "../../cli/flags.js";
import { parseLimit } from "../../cli/input.js";
import { toJsonLine } from "../../cli/json.js";
import { operatorName } from "../../cli/operator-name.js";
import { adminAuditLine, auditLine } from "../../cli/views/audit.js";
import type { AdminAuditEntry } from "../../control-plane/read-admin-audit.js";
import { AzoraError } from "../../errors.js";
import type { AuditEntry } from "../../tenant-plane/read-audit-log.js";

export default class AuditTailCommand extends AzoraCommand {
  static override summary = "Show the end of an audit log, and what is added to it.";
  static override description =
    "On a terminal a line an entry; in a pipe, and with --json, one JSON object a line. With --follow it goes on until it is stopped, and over lost connections and restarts of the server too: nothing is left out, nothing comes twice. Looking at a tenant's log is a read in that tenant and is logged there, once.";
  static override examples = [
    "<%= config.bin %> audit:tail --control-plane --follow",
    "<%= config.bin %> audit:tail --tenant acme --follow --table documents",
    "<%= config.bin %> audit:tail --control-plane --lines 100 --json",
  ];
  static override flags = {
    ...logFlags,
    ...entryFlags,
    follow: switchFlag({ description: "Go on with what is written from now on." }),
    lines: string({ description: "How many entries to begin with, from 1 to 1000.", default: "10", helpValue: "N" }),
    after: afterFlag,
  };

  async run(): Promise<undefined> {
    const { flags } = await this.parse(AuditTailCommand);
    const { tenant, follow, after } = flags;
    const filter = parseLogFilter(flags);
    const lines = parseLimit(flags.lines);
    const config = this.settings();
    if (follow && config.engine.value === "embedded") {
      throw new AzoraError("USAGE", "--follow needs a server: on the embedded engine nobody else can write meanwhile.");
    }
    const { openInstallation } = await import("../../installation/open.js");
    const { tailAudit } = await import("../../installation/tail-audit.js");
    await this.using(openInstallation(config), async (installation) => {
      const onTrouble = ({ message }: AzoraError) => this.note(`${message} Trying again.`);
      const options = { lines, follow, filter, onTrouble, ...(after !== undefined && { after }) };
      const entries = tailAudit(installation, config, { tenant, actor: `operator:${operatorName(config)}`, options });
      for await (const entry of entries) await this.print(entry);
    });
    return undefined;
  }

  private async print(entry: AuditEntry | AdminAuditEntry): Promise<void> {
    const { out } = this.io;
    // Whoever reads slowly is waited for: what isn't read yet is asked of the database later.
    if (!out.isTty || this.jsonEnabled()) {
      if (!out.stream.write(toJsonLine(entry))) await once(out.stream, "drain");
    } else out.write("operator" in entry ? adminAuditLine(out, entry) : auditLine(out, entry));
  }
}
