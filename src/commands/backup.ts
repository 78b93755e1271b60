import { statSync } from "node:fs";
import { join } from "node:path";
import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../cli/base-command.js";
import { CheckFailed } from "../cli/failure.js";
import { switchFlag } from "../cli/flags.js";
import { writeOutputFile } from "../cli/output-file.js";
import { withProgress } from "../cli/progress.js";
import { type BackupResult, backupDetails } from "../cli/views/backup.js";
import type { Manifest } from "../installation/backup/manifest.js";

export default class BackupCommand extends AzoraCommand {
  static override summary = "Back the whole database up into one file, and try whether it can be restored.";
  static override description =
    "One archive (tar) with a dump by pg_dump, or a copy of the embedded database, and a manifest: versions, and rows and a hash of every table, of the same moment. It appears whole or not at all, readable by its owner only. Needs the owner's login (a superuser's, or one with BYPASSRLS). Without --with-secrets the configuration stays out, and so do the keys that sign contexts (an embedded copy can't leave them out). PostgreSQL's own programs can read the dump: see docs/decisions/0025-self-hosted.md.";
  static override examples = [
    "<%= config.bin %> backup --out /var/backups/azora --test-restore",
    "<%= config.bin %> backup --out before-upgrade.tar --with-secrets",
  ];
  static override flags = {
    out: string({
      description: "File to write, or a directory for one named after database and time.",
      helpValue: "FILE|DIR",
      required: true,
    }),
    "with-secrets": switchFlag({ description: "Include config.json (signing key, passwords) and the context keys." }),
    "test-restore": switchFlag({ description: "Restore it into a database that is thrown away, and compare every table." }),
    force: switchFlag({ description: "Replace the file if it exists." }),
  };

  async run(): Promise<BackupResult> {
    const { flags } = await this.parse(BackupCommand);
    const { out, force, "with-secrets": withSecrets } = flags;
    const config = this.settings();
    const { takeBackup } = await import("../installation/backup/take-backup.js");
    const { testRestore } = await import("../installation/backup/test-restore.js");
    const startedAt = new Date();
    const file = fileFor(out, startedAt);
    let manifest: Manifest | undefined;
    await withProgress(this.io, "Backing up", (progress) => {
      const onBytes = (bytes: number) => progress.update({ done: Math.round(bytes / 1024), unit: "KB" });
      const onManifest = (told: Manifest) => {
        manifest = told;
      };
      return writeOutputFile(file, takeBackup(config, { withSecrets, onBytes, onManifest }), { force });
    });
    const tested = flags["test-restore"]
      ? await withProgress(this.io, "Restoring it for a test", () => testRestore(config, file))
      : null;
    const result = { file, bytes: statSync(file).size, manifest: manifest as Manifest, test: tested };
    this.present(result, (output) => backupDetails(output, result));
    if (tested && tested.differences.length > 0) {
      throw new CheckFailed(
        `What was restored is not what was backed up: ${tested.differences.join("; ")}.`,
        result,
        "Keep the backup before this one.",
      );
    }
    this.done(tested ? `${file} is written, and was restored and compared.` : `${file} is written.`);
    if (result.manifest.contextKeys) this.note("It holds the keys that sign contexts: keep it as safe as the database.");
    return result;
  }
}

/** In a directory each backup gets a name of its own. */
function fileFor(out: string, startedAt: Date): string {
  const isDirectory = statSync(out, { throwIfNoEntry: false })?.isDirectory() === true;
  return isDirectory ? join(out, `azora-${startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, "")}.tar`) : out;
}
