import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag } from "../../cli/flags.js";
import { withProgress } from "../../cli/progress.js";
import { migrationTable } from "../../cli/views/installation.js";
import type { MigrateResult } from "../../installation/migrate.js";

export default class DbMigrateCommand extends AzoraCommand {
  static override summary = "Apply the migrations that the database lacks.";
  static override description =
    "Needs the owner's login (AZORA_OWNER_URL) on a server. Works offline, and writes the same history as `prisma migrate`.";
  static override examples = ["<%= config.bin %> db:migrate --dry-run"];
  static override flags = { "dry-run": dryRunFlag };

  async run(): Promise<MigrateResult> {
    const { flags } = await this.parse(DbMigrateCommand);
    const { migrateDatabase } = await import("../../installation/migrate.js");
    const result = await withProgress(this.io, "Migrating", () => migrateDatabase(this.settings(), { dryRun: flags["dry-run"] }));
    const { applied, pending, dryRun } = result;
    this.present(result, (out) => migrationTable(out, { applied, pending }));
    if (dryRun) this.note(`Dry run: ${pending.length} migration(s) would be applied; nothing was changed.`);
    else this.done(applied.length === 0 ? "The database is up to date." : `${applied.length} migration(s) applied.`);
    return result;
  }
}
