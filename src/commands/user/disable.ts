import { requireConsent } from "../../cli/consent.js";
import { dryRunFlag, insideFlags, userArgument, yesFlag } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { userDetails } from "../../cli/views/access.js";
import type { UserChange } from "../../tenant-plane/access/users.js";

export default class UserDisableCommand extends InsideCommand {
  static override summary = "Shut a user of a tenant out.";
  static override description =
    "The database refuses its next statement. Its records, its roles and its name in the log stay; `user:invite` lets it in again. The last owner can't be disabled.";
  static override examples = ["<%= config.bin %> user:disable ada@acme.test --tenant acme --yes"];
  static override args = { user: userArgument };
  static override flags = { ...insideFlags, yes: yesFlag, "dry-run": dryRunFlag };

  async run(): Promise<UserChange> {
    const { args, flags } = await this.parse(UserDisableCommand);
    const { user } = args;
    const { yes, "dry-run": dryRun } = flags;
    const question = `Shut "${user}" out of the tenant "${flags.tenant}"?`;
    await requireConsent(this.io, { question, given: yes || dryRun, flag: "--yes", preview: "--dry-run" });
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { disableUser } = await import("../../tenant-plane/access/users.js");
    const result = await insideTenant(this.where(flags), (tenant) => disableUser(tenant, { user, dryRun }));
    this.present(result, (out) => userDetails(out, result.user));
    this.sayChange(result, {
      done: `"${user}" is disabled`,
      would: `"${user}" would be disabled`,
      already: `"${user}" was disabled already`,
    });
    return result;
  }
}
