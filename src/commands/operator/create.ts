import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag, expiresFlag, operatorArgument, passwordFileFlag, roleFlag, switchFlag } from "../../cli/flags.js";
import { parseDuration } from "../../cli/input.js";
import { sayPassword, withPasswordFile } from "../../cli/password-file.js";
import { credentials } from "../../cli/views/operator.js";
import type { Credentials } from "../../control-plane/change-operator.js";
import { checkLoginName } from "../../database/logins.js";
import { AzoraError } from "../../errors.js";

export default class OperatorCreateCommand extends AzoraCommand {
  static override summary = "Make a login for an operator or a job.";
  static override description =
    "A PostgreSQL role of its own, in the group of its role; its name is the one in the admin audit log. The password is made here, shown once or written into a file, and the database gets only its SCRAM verifier. Where azora may make no logins, --print-sql prints what the database's administrator runs.";
  static override examples = [
    "<%= config.bin %> operator:create ada --role billing --password-file ./ada.password",
    "<%= config.bin %> operator:create night_job --role vendor-admin --expires 12h --json",
    "<%= config.bin %> operator:create ada --role support --password-file ./ada.password --print-sql",
  ];
  static override args = { login: operatorArgument };
  static override flags = {
    role: roleFlag(),
    expires: expiresFlag,
    "password-file": passwordFileFlag,
    "print-sql": switchFlag({
      description: "Print what would be run, for an administrator; run nothing. Needs --password-file.",
    }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<Credentials | { sql: string }> {
    const { args, flags } = await this.parse(OperatorCreateCommand);
    const { login } = args;
    const { role, expires, "password-file": file, "dry-run": dryRun } = flags;
    checkLoginName(login);
    const expiresInSeconds = expires === undefined ? undefined : parseDuration(expires, "--expires");
    const { makePassword } = await import("../../database/scram.js");
    const password = makePassword();
    if (flags["print-sql"]) {
      if (!file) throw new AzoraError("USAGE", "--print-sql needs --password-file: the password is no part of the SQL.");
      const { createOperatorSql } = await import("../../control-plane/operator-sql.js");
      const expiresAt = expiresInSeconds === undefined ? undefined : new Date(Date.now() + expiresInSeconds * 1000);
      const sql = await withPasswordFile(file, password, async () => createOperatorSql({ login, role, password, expiresAt }));
      return this.present({ sql }, () => sql);
    }
    const { openInstallation } = await import("../../installation/open.js");
    const { createOperator } = await import("../../control-plane/change-operator.js");
    const input = { login, role, dryRun, password, ...(expiresInSeconds !== undefined && { expiresInSeconds }) };
    const made = await this.using(openInstallation(this.settings()), async (installation) => {
      const connection = await installation.control();
      const kept = dryRun || installation.engine.kind === "embedded" ? undefined : file;
      return withPasswordFile(kept, password, () => createOperator(connection, input));
    });
    const result = file ? { ...made, password: null } : made;
    const written = made.password === null ? undefined : file;
    this.present(result, (out) => credentials(out, { ...result, file: written }));
    if (dryRun) this.note(`Dry run: the operator "${login}" (${role}) would be made; nothing was changed.`);
    else this.done(`The operator "${login}" (${role}) is made.`);
    if (!this.jsonEnabled()) sayPassword(this.io, result.password);
    return result;
  }
}
