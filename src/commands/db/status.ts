import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { withProgress } from "../../cli/progress.js";
import { databaseState } from "../../cli/views/installation.js";
import type { DatabaseStatus } from "../../installation/status.js";

export default class DbStatusCommand extends AzoraCommand {
  static override summary = "Show which migrations are applied, and what was changed by hand.";
  static override description =
    "Drift (differences between the schema files and the live tables) is looked for with the owner's login. Changes nothing. Exit code 9 when a migration is pending or unknown, or the database has drifted.";
  static override examples = ["<%= config.bin %> db:status"];

  async run(): Promise<DatabaseStatus> {
    await this.parse(DbStatusCommand);
    const { databaseStatus } = await import("../../installation/status.js");
    const status = await withProgress(this.io, "Comparing", () => databaseStatus(this.settings()));
    this.present(status, (out) => databaseState(out, status));
    const { pending, unknown, drift } = status;
    const problems = [
      ...(pending.length > 0 ? [`${pending.length} migration(s) pending`] : []),
      ...(unknown.length > 0 ? [`${unknown.length} migration(s) of a newer azora`] : []),
      ...(drift ?? []).map(({ schema }) => `schema ${schema} has drifted`),
    ];
    if (problems.length === 0) return status;
    throw new CheckFailed(`The database is not as it should be: ${problems.join(", ")}.`, status, whatNext(status));
  }
}

function whatNext({ pending, unknown }: DatabaseStatus): string {
  if (unknown.length > 0) return "Update azora to the version that this database belongs to.";
  return pending.length > 0 ? "Run `azora db:migrate`." : "The SQL that is shown would make the tables equal to the files.";
}
