import { string } from "@oclif/core/args";
import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag, switchFlag } from "../../cli/flags.js";
import type { SettingChange } from "../../control-plane/settings.js";

export default class SettingsSetCommand extends AzoraCommand {
  static override summary = "Change what holds for all tenants.";
  static override description =
    "A vendor admin's. That fewer have to agree to a purge (purge.approvals) only the database's owner can say: --as-owner. It is written to the admin audit log.";
  static override examples = [
    "<%= config.bin %> settings:set purge.approvals 2",
    "<%= config.bin %> settings:set purge.approvals 1 --as-owner",
  ];
  static override args = {
    key: string({ description: "Name of the setting.", required: true, ignoreStdin: true }),
    value: string({ description: "What it shall be.", required: true, ignoreStdin: true }),
  };
  static override flags = {
    "as-owner": switchFlag({ description: "By the owner's login, AZORA_OWNER_URL, and not by the operator's." }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<SettingChange> {
    const { args, flags } = await this.parse(SettingsSetCommand);
    const { key } = args;
    const value = /^\d{1,9}$/.test(args.value) ? Number(args.value) : args.value;
    const { openInstallation } = await import("../../installation/open.js");
    const { changeSetting } = await import("../../control-plane/settings.js");
    const settings = { ...this.settings(), asOwner: flags["as-owner"] };
    const result = await this.using(openInstallation(settings), async (installation) =>
      changeSetting(await installation.control(), { key, value, dryRun: flags["dry-run"] }),
    );
    this.present(result, () => `${key}\t${value}`);
    if (!result.changed) this.note(`${key} is ${value} already; nothing was changed.`);
    else if (result.dryRun) this.note(`Dry run: ${key} would be ${value}; nothing was changed.`);
    else this.done(`${key} is ${value}.`);
    return result;
  }
}
