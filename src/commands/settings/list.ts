import { AzoraCommand } from "../../cli/base-command.js";
import { platformSettings } from "../../cli/views/settings.js";
import type { PlatformSetting } from "../../control-plane/settings.js";

export default class SettingsListCommand extends AzoraCommand {
  static override summary = "List what holds for all tenants: approvals of a purge, days of grace and the like.";
  static override description = "Kept in the database. Settings of this machine are shown by `azora config`.";
  static override examples = ["<%= config.bin %> settings:list"];

  async run(): Promise<{ settings: readonly PlatformSetting[] }> {
    await this.parse(SettingsListCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { listSettings } = await import("../../control-plane/settings.js");
    const settings = await this.using(openInstallation(this.settings()), async (installation) =>
      listSettings(await installation.control()),
    );
    return this.present({ settings }, (out) => platformSettings(out, settings));
  }
}
