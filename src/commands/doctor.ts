import { AzoraCommand } from "../cli/base-command.js";
import { CheckFailed } from "../cli/failure.js";
import { checksTable } from "../cli/views/installation.js";
import type { Diagnosis } from "../installation/doctor/diagnose.js";

export default class DoctorCommand extends AzoraCommand {
  static override summary = "Check this installation, with a fix for whatever is wrong.";
  static override description =
    "Looks at versions, reachability, what each login can reach, migrations, keys, the lock and the clock. Changes nothing. Exit code 9 when a check failed.";
  static override examples = ["<%= config.bin %> doctor"];

  async run(): Promise<Diagnosis> {
    await this.parse(DoctorCommand);
    const { diagnose } = await import("../installation/doctor/diagnose.js");
    const diagnosis = await diagnose(this.settings());
    this.present(diagnosis, (out) => checksTable(out, diagnosis.checks));
    if (diagnosis.ok) return diagnosis;
    const failed = diagnosis.checks.filter(({ status }) => status === "failed").map(({ name }) => name);
    throw new CheckFailed(`${failed.length} check(s) failed: ${failed.join(", ")}.`, diagnosis, "Each has its fix beside it.");
  }
}
