import { boolean, string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag } from "../../cli/flags.js";
import { parseLimit } from "../../cli/input.js";
import { toJsonLine } from "../../cli/json.js";
import { adminAuditLine } from "../../cli/views/audit.js";
import { AzoraError } from "../../errors.js";

export default class AuditTailCommand extends AzoraCommand {
  static override summary = "Show the end of the control plane's audit log, and what is added to it.";
  static override description =
    "On a terminal a line an entry; in a pipe, and with --json, one JSON object a line. With --follow it goes on until it is stopped, and over a lost connection too: nothing is left out.";
  static override examples = [
    "<%= config.bin %> audit:tail --control-plane --follow",
    "<%= config.bin %> audit:tail --control-plane --lines 100 --json",
  ];
  static override flags = {
    "control-plane": boolean({ description: "What the vendor's operators did.", required: true }),
    follow: switchFlag({ description: "Go on with what is written from now on." }),
    lines: string({ description: "How many entries to begin with, from 1 to 1000.", default: "10", helpValue: "N" }),
  };

  async run(): Promise<undefined> {
    const { flags } = await this.parse(AuditTailCommand);
    const { follow } = flags;
    const lines = parseLimit(flags.lines);
    const config = this.settings();
    if (follow && config.engine.value === "embedded") {
      throw new AzoraError("USAGE", "--follow needs a server: on the embedded engine nobody else can write meanwhile.");
    }
    const { openInstallation } = await import("../../installation/open.js");
    const { tailAdminAudit } = await import("../../control-plane/tail-admin-audit.js");
    const { out } = this.io;
    await this.using(openInstallation(config), async (installation) => {
      const onTrouble = ({ message }: AzoraError) => this.note(`${message} Trying again.`);
      const entries = tailAdminAudit(await installation.control(), { lines, follow, onTrouble });
      for await (const entry of entries) {
        if (out.isTty && !this.jsonEnabled()) out.write(adminAuditLine(out, entry));
        else out.stream.write(toJsonLine(entry));
      }
    });
    return undefined;
  }
}
