import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag, expiresFlag, operatorArgument, passwordFileFlag } from "../../cli/flags.js";
import { parseDuration } from "../../cli/input.js";
import { sayPassword, withPasswordFile } from "../../cli/password-file.js";
import { credentials } from "../../cli/views/operator.js";
import type { Credentials } from "../../control-plane/change-operator.js";

export default class OperatorRotateCommand extends AzoraCommand {
  static override summary = "Give an operator a new password; the old one is void at once.";
  static override description =
    "A vendor admin can do it for anybody, everybody else for themselves. Sessions that are open go on; `operator:disable` ends their rights.";
  static override examples = ["<%= config.bin %> operator:rotate ada --password-file ./ada.password"];
  static override args = { login: operatorArgument };
  static override flags = { expires: expiresFlag, "password-file": passwordFileFlag, "dry-run": dryRunFlag };

  async run(): Promise<Credentials> {
    const { args, flags } = await this.parse(OperatorRotateCommand);
    const { login } = args;
    const { expires, "password-file": file, "dry-run": dryRun } = flags;
    const expiresInSeconds = expires === undefined ? undefined : parseDuration(expires, "--expires");
    const { makePassword } = await import("../../database/scram.js");
    const { openInstallation } = await import("../../installation/open.js");
    const { rotateOperator } = await import("../../control-plane/change-operator.js");
    const password = makePassword();
    const input = { login, dryRun, password, ...(expiresInSeconds !== undefined && { expiresInSeconds }) };
    const changed = await this.using(openInstallation(this.settings()), async (installation) => {
      const connection = await installation.control();
      const kept = dryRun || installation.engine.kind === "embedded" ? undefined : file;
      return withPasswordFile(kept, password, () => rotateOperator(connection, input));
    });
    const result = file ? { ...changed, password: null } : changed;
    const written = changed.password === null ? undefined : file;
    this.present(result, (out) => credentials(out, { ...result, file: written }));
    if (dryRun) this.note(`Dry run: "${login}" would get a new password; nothing was changed.`);
    else this.done(`"${login}" has a new password.`);
    if (!this.jsonEnabled()) sayPassword(this.io, result.password);
    return result;
  }
}
