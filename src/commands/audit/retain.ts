import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireTypedConsent } from "../../cli/consent.js";
import { CheckFailed } from "../../cli/failure.js";
import { dryRunFlag, switchFlag } from "../../cli/flags.js";
import { parseDuration } from "../../cli/input.js";
import { withProgress } from "../../cli/progress.js";
import { retainedLogs } from "../../cli/views/retention.js";
import type { RetainLogsResult } from "../../installation/retain-logs.js";

export default class AuditRetainCommand extends AzoraCommand {
  static override summary = "Remove old entries of the audit logs, once they are sealed and exported.";
  static override description =
    "Whole checkpoints go, from a log's beginning on, when they were sealed so long ago and an export took them out to its end since: `audit:export` of the whole log as JSON lines, without a filter, or with --after where such an export had ended. What is left says so: a signed record names the checkpoints that went, which stay, and `audit:verify` holds the log against both. Nothing goes of a tenant under legal hold, nothing that isn't sealed, exported or as it was sealed, and nothing in its first 30 days. In batches, each whole or not at all; the same command goes on where one ended. Without --tenant and --control-plane all logs are gone through, and what stays is listed with its reason. It can't be undone: on a terminal the slug, control-plane or all is asked for; a script passes it with --confirm.";
  static override examples = [
    "<%= config.bin %> audit:retain --older-than 400d --dry-run",
    "<%= config.bin %> audit:retain --older-than 400d --tenant acme --confirm acme",
    "<%= config.bin %> audit:retain --older-than 400d --confirm all",
  ];
  static override flags = {
    "older-than": string({ description: "What was sealed so long ago: 400d, 60w.", helpValue: "SPAN", required: true }),
    tenant: string({ description: "This tenant's log alone: slug or id.", exclusive: ["control-plane"] }),
    "control-plane": switchFlag({ description: "The log of what the vendor's operators did, alone." }),
    confirm: string({ description: "Which logs, once more: as --tenant says, `control-plane` or `all`.", helpValue: "LOGS" }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<RetainLogsResult> {
    const { flags } = await this.parse(AuditRetainCommand);
    const { tenant, "control-plane": controlPlane, "older-than": span, confirm, "dry-run": dryRun } = flags;
    const olderThanSeconds = parseDuration(span, "--older-than");
    if (!dryRun) {
      const expected = tenant ?? (controlPlane ? "control-plane" : "all");
      const what = expected === "all" ? "every audit log" : `the audit log of ${expected}`;
      await requireTypedConsent(this.io, {
        question: `What is older than ${span} goes from ${what}, for good. Type ${expected} to do it:`,
        ...{ expected, given: confirm, flag: "--confirm", preview: "--dry-run" },
      });
    }
    const { retainLogs } = await import("../../installation/retain-logs.js");
    const result = await withProgress(this.io, "Removing", (progress) =>
      retainLogs(this.settings(), {
        ...{ tenant, controlPlane, olderThanSeconds, dryRun },
        onRows: (done) => progress.update({ done, unit: "rows" }),
      }),
    );
    this.present(result, (out) => retainedLogs(out, result));
    return this.told(result);
  }

  private told(result: RetainLogsResult): RetainLogsResult {
    const { retentions, kept, dryRun } = result;
    const broken = kept.filter(({ code }) => code === "CONFLICT" || code === "VIOLATIONS");
    if (broken.length > 0) {
      throw new CheckFailed(
        broken.map(({ slug, log, why }) => `${slug ?? log}: ${why}`).join(" "),
        result,
        broken[0]?.hint ?? undefined,
      );
    }
    const rows = retentions.reduce((sum, each) => sum + each.rows, 0).toLocaleString("en-US");
    const stays = kept.length > 0 ? ` ${kept.length.toLocaleString("en-US")} log(s) kept.` : "";
    if (retentions.length === 0) this.note(`Nothing that is old enough may go; nothing was changed.${stays}`);
    else if (dryRun) this.note(`Dry run: ${rows} rows would go, at first; nothing was changed.${stays}`);
    else this.done(`${rows} rows are gone.${stays}`);
    return result;
  }
}
