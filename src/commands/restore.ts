import { existsSync } from "node:fs";
import { string as stringArgument } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../cli/base-command.js";
import { requireConsent } from "../cli/consent.js";
import { CheckFailed } from "../cli/failure.js";
import { dryRunFlag, switchFlag, yesFlag } from "../cli/flags.js";
import { withProgress } from "../cli/progress.js";
import { restoreDetails } from "../cli/views/backup.js";
import { AzoraError } from "../errors.js";
import type { RestoreResult } from "../installation/backup/restore.js";

export default class RestoreCommand extends AzoraCommand {
  static override summary = "Restore a backup into an empty database, and check what came out.";
  static override description =
    "Holds the file against its hashes, makes roles that the cluster lacks, restores in one transaction, compares every table with the manifest, and then does what `azora init` does and runs `azora doctor` and `azora isolation:verify`. Needs the owner's login; restore only files that you trust, since a dump is SQL. Logins that are new have no password but those in config.json; `azora operator:rotate` gives the others one.";
  static override examples = [
    "<%= config.bin %> restore azora-20261123T020000Z.tar --yes",
    "<%= config.bin %> restore azora-20261123T020000Z.tar --into app_restored --yes",
    "<%= config.bin %> restore azora-20261123T020000Z.tar --dry-run",
  ];
  static override args = { file: stringArgument({ description: "The backup.", required: true, ignoreStdin: true }) };
  static override flags = {
    into: string({ description: "Restore into this database of the server; it is made if it isn't there.", helpValue: "NAME" }),
    "reset-passwords": switchFlag({ description: "Give logins that exist already the passwords of this configuration." }),
    baseline: string({ description: "Findings that isolation:verify accepts: see there.", helpValue: "FILE" }),
    yes: yesFlag,
    "dry-run": dryRunFlag,
  };

  async run(): Promise<RestoreResult> {
    const { args, flags } = await this.parse(RestoreCommand);
    const { into = null, baseline: baselineFile = null, yes, "dry-run": dryRun, "reset-passwords": resetPasswords } = flags;
    // Nobody shall consent to what can't be done.
    if (!existsSync(args.file)) {
      const hint = "Name a file that `azora backup` wrote.";
      throw new AzoraError("NOT_FOUND", `There is no file ${args.file}.`, { hint });
    }
    const question = `Restore ${args.file}${into === null ? "" : ` into ${into}`}?`;
    await requireConsent(this.io, { question, given: yes || dryRun, flag: "--yes", preview: "--dry-run" });
    const { restoreBackup } = await import("../installation/backup/restore.js");
    const result = await withProgress(this.io, "Restoring", (progress) => {
      const onStage = (label: string) => progress.update({ label });
      return restoreBackup(this.settings(), { file: args.file, into, resetPasswords, baselineFile, dryRun, onStage });
    });
    this.present(result, (out) => restoreDetails(out, result));
    if (dryRun) {
      this.note(`Dry run: ${args.file} is whole and could be restored; nothing was changed.`);
      return result;
    }
    const wrong = problems(result);
    if (wrong.length > 0)
      throw new CheckFailed(
        `It is restored, but: ${wrong.join("; ")}.`,
        result,
        "`azora doctor` and `azora isolation:verify` say more.",
      );
    this.done(`${args.file} is restored into ${result.database}.`);
    if (result.checks?.isolation === "undecided")
      this.note("Not all of its isolation could be tried: see `azora isolation:verify`.");
    return result;
  }
}

function problems({ comparison, checks }: RestoreResult): readonly string[] {
  const broken = checks?.isolation === "violations" ? [`isolation: ${checks.findings.join(", ")}`] : [];
  return [...(comparison?.differences ?? []), ...(checks?.failed.map(({ name, found }) => `${name}: ${found}`) ?? []), ...broken];
}
