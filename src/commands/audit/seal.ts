import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { dryRunFlag, switchFlag } from "../../cli/flags.js";
import { withProgress } from "../../cli/progress.js";
import { checkpointTable } from "../../cli/views/seal.js";
import { AzoraError } from "../../errors.js";
import type { SealLogsResult } from "../../installation/seal-logs.js";

export default class AuditSealCommand extends AzoraCommand {
  static override summary = "Seal the audit logs: sign what is in them, so that a later change is found.";
  static override description =
    "For cron. Closes what has been written since the last time into a Merkle tree for each log, and signs its root: a checkpoint, chained to the one before. Nobody who writes waits; rows of a transaction that is still open are sealed the next time. Without --tenant and --control-plane all logs are sealed. --out keeps the checkpoints where the database's administrator can't change them, and refuses to sign what doesn't continue those that are there (exit code 9); `-` prints them.";
  static override examples = [
    "<%= config.bin %> audit:seal --out /var/lib/azora/checkpoints.jsonl",
    "<%= config.bin %> audit:seal --tenant acme",
  ];
  static override flags = {
    tenant: string({ description: "This tenant's log alone: slug or id.", exclusive: ["control-plane"] }),
    "control-plane": switchFlag({ description: "The log of what the vendor's operators did, alone." }),
    out: string({ description: "Add the checkpoints to this file, as JSON lines; `-` is stdout.", helpValue: "FILE" }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<SealLogsResult | undefined> {
    const { flags } = await this.parse(AuditSealCommand);
    const { tenant, "control-plane": controlPlane, out, "dry-run": dryRun } = flags;
    const toStdout = out === "-";
    if (toStdout && this.jsonEnabled()) {
      throw new AzoraError("USAGE", "--json and --out - can't share stdout.", {
        hint: "Name a file with --out, or leave one of them out.",
      });
    }
    const { sealLogs } = await import("../../installation/seal-logs.js");
    const { writeCheckpointLine } = await import("../../seal/checkpoint.js");
    const result = await withProgress(this.io, "Sealing", (progress) =>
      sealLogs(this.settings(), {
        ...{ tenant, controlPlane, dryRun, file: toStdout ? undefined : out },
        onLog: (done) => progress.update({ done, unit: "logs" }),
        ...(toStdout && { onCheckpoint: (checkpoint) => void this.io.out.stream.write(writeCheckpointLine(checkpoint)) }),
      }),
    );
    const { checkpoints, refused, logs } = result;
    if (!toStdout) this.present(result, (view) => checkpointTable(view, checkpoints));
    if (refused.length > 0) {
      const hint = "`azora audit:verify --checkpoints FILE` says what differs; nothing of these logs was signed.";
      throw new CheckFailed(refused.map(({ why }) => why).join(" "), result, hint);
    }
    const rows = checkpoints.reduce((sum, each) => sum + each.rows, 0).toLocaleString("en-US");
    const what = `${rows} rows in ${logs.toLocaleString("en-US")} ${logs === 1 ? "log" : "logs"}`;
    if (checkpoints.length === 0) this.note("There is nothing new to seal; nothing was changed.");
    else if (dryRun) this.note(`Dry run: ${what} would be sealed, at first; nothing was changed.`);
    else this.done(`${what} are sealed.`);
    return toStdout ? undefined : result;
  }
}
