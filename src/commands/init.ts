import { boolean, string } from "@oclif/core/flags";
import { AzoraCommand } from "../cli/base-command.js";
import { chooseEngine } from "../cli/choose-engine.js";
import { switchFlag, yesFlag } from "../cli/flags.js";
import { withProgress } from "../cli/progress.js";
import { initSteps } from "../cli/views/installation.js";
import { DEFAULT_OPERATOR } from "../config.js";
import { checkLoginName } from "../database/logins.js";
import type { InitResult } from "../installation/initialise.js";

export default class InitCommand extends AzoraCommand {
  static override summary = "Set azora up: roles, schemas, keys and a configuration file.";
  static override description =
    "Asks on a terminal. Run twice it changes nothing; a run that was interrupted is finished by the next. A server's owner login (--owner-url-file, or AZORA_OWNER_URL) is used now and not written down.";
  static override examples = [
    "<%= config.bin %> init --embedded",
    "<%= config.bin %> init --owner-url-file ./owner-url --yes",
    "<%= config.bin %> init --self-hosted --owner-url-file ./owner-url --yes",
    "<%= config.bin %> init --print-sql > azora.sql",
  ];
  static override flags = {
    embedded: boolean({ description: "Use PostgreSQL inside azora, in the data directory.", exclusive: ["owner-url-file"] }),
    "owner-url-file": string({
      description: "Use a server: file with the connection string of a login that may create roles.",
      helpValue: "FILE",
    }),
    "self-hosted": switchFlag({
      description: "Without operators and without Stripe: the owner's login makes and removes tenants.",
      exclusive: ["operator"],
    }),
    operator: string({ description: "Login of the first operator.", default: DEFAULT_OPERATOR, helpValue: "NAME" }),
    "reset-passwords": switchFlag({
      description: "Give logins that exist already the passwords of this configuration, new ones in a new one.",
    }),
    "print-sql": switchFlag({ description: "Print what would be run on a server, for an administrator; run nothing." }),
    yes: yesFlag,
  };

  async run(): Promise<InitResult | { sql: string }> {
    const { flags } = await this.parse(InitCommand);
    checkLoginName(flags.operator);
    const named = flags["self-hosted"] ? null : flags.operator;
    if (flags["print-sql"]) {
      const { printSql } = await import("../installation/print-sql.js");
      const sql = await printSql(named);
      return this.present({ sql }, () => sql);
    }
    const config = this.settings();
    // One that was made self-hosted is finished and repeated so.
    const operator = config.stored?.selfHosted ? null : named;
    const choice = await chooseEngine(this.io, config, {
      embedded: flags.embedded === true,
      ownerUrlFile: flags["owner-url-file"],
      yes: flags.yes,
    });
    const { initialise } = await import("../installation/initialise.js");
    const { "reset-passwords": resetPasswords } = flags;
    const result = await withProgress(this.io, "Setting up", () => initialise(config, { ...choice, operator, resetPasswords }));
    this.present(result, (out) => initSteps(out, result));
    this.done(result.changed ? "azora is set up. Next:" : "azora was set up already; nothing changed. Next:");
    for (const command of result.next) this.note(`  ${command}`);
    return result;
  }
}
