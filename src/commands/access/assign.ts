import { dryRunFlag, insideFlags, tenantRoleArgument, userArgument } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { userDetails } from "../../cli/views/access.js";
import type { UserChange } from "../../tenant-plane/access/users.js";

export default class AccessAssignCommand extends InsideCommand {
  static override summary = "Give a user of a tenant a role.";
  static override description =
    "It holds from the user's next statement on. A user (--as) gives no role that holds more than it holds itself.";
  static override examples = ["<%= config.bin %> access:assign ada@acme.test admin --tenant acme"];
  static override args = { user: userArgument, role: tenantRoleArgument };
  static override flags = { ...insideFlags, "dry-run": dryRunFlag };

  async run(): Promise<UserChange> {
    const { args, flags } = await this.parse(AccessAssignCommand);
    const { user, role } = args;
    const { "dry-run": dryRun } = flags;
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { assignRole } = await import("../../tenant-plane/access/assignments.js");
    const result = await insideTenant(this.where(flags), (tenant) => assignRole(tenant, { user, role, dryRun }));
    this.present(result, (out) => userDetails(out, result.user));
    this.sayChange(result, {
      done: `"${user}" has the role ${role}`,
      would: `"${user}" would have the role ${role}`,
      already: `"${user}" had the role ${role} already`,
    });
    return result;
  }
}
