import { rmSync } from "node:fs";
import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag, expiresFlag, operatorArgument, passwordFileFlag } from "../../cli/flags.js";
import { parseDuration } from "../../cli/input.js";
import { sayPassword, withPasswordFile } from "../../cli/password-file.js";
import { credentials } from "../../cli/views/operator.js";
import type { Credentials } from "../../control-plane/change-operator.js";

export default class OperatorEnableCommand extends AzoraCommand {
  static override summary = "Let a disabled operator back in, with a new password.";
  static override description =
    "In the role that it had. The old password stays void: it may be what the operator was shut out for. One that has expired needs --expires.";
  static override examples = ["<%= config.bin %> operator:enable ada --password-file ./ada.password"];
  static override args = { login: operatorArgument };
  static override flags = { expires: expiresFlag, "password-file": passwordFileFlag, "dry-run": dryRunFlag };

  async run(): Promise<Credentials> {
    const { args, flags } = await this.parse(OperatorEnableCommand);
    const { login } = args;
    const { expires, "password-file": file, "dry-run": dryRun } = flags;
    const expiresInSeconds = expires === undefined ? undefined : parseDuration(expires, "--expires");
    const { makePassword } = await import("../../database/scram.js");
    const { openInstallation } = await import("../../installation/open.js");
    const { enableOperator } = await import("../../control-plane/change-operator.js");
    const password = makePassword();
    const input = { login, dryRun, password, ...(expiresInSeconds !== undefined && { expiresInSeconds }) };
    const changed = await this.using(openInstallation(this.settings()), async (installation) => {
      const connection = await installation.control();
      const kept = dryRun || installation.engine.kind === "embedded" ? undefined : file;
      const answer = await withPasswordFile(kept, password, () => enableOperator(connection, input));
      // Who wasn't disabled keeps the password that it has.
      if (kept && !answer.changed) rmSync(kept, { force: true });
      return answer;
    });
    const result = file ? { ...changed, password: null } : changed;
    const written = changed.password === null ? undefined : file;
    this.present(result, (out) => (result.changed ? credentials(out, { ...result, file: written }) : `${login}\tenabled`));
    if (!result.changed) this.note(`"${login}" isn't disabled; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: "${login}" would be let back in; nothing was changed.`);
    else this.done(`"${login}" is enabled again.`);
    if (!this.jsonEnabled()) sayPassword(this.io, result.password);
    return result;
  }
}
