import { dryRunFlag, insideFlags, tenantRoleArgument, userArgument } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { userDetails } from "../../cli/views/access.js";
import type { UserChange } from "../../tenant-plane/access/users.js";

export default class AccessUnassignCommand extends InsideCommand {
  static override summary = "Take a role from a user of a tenant.";
  static override description =
    "It holds from the user's next statement on. The last owner keeps its role, and a user (--as) takes no role that holds more than it holds itself.";
  static override examples = ["<%= config.bin %> access:unassign ada@acme.test admin --tenant acme"];
  static override args = { user: userArgument, role: tenantRoleArgument };
  static override flags = { ...insideFlags, "dry-run": dryRunFlag };

  async run(): Promise<UserChange> {
    const { args, flags } = await this.parse(AccessUnassignCommand);
    const { user, role } = args;
    const { "dry-run": dryRun } = flags;
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { unassignRole } = await import("../../tenant-plane/access/assignments.js");
    const result = await insideTenant(this.where(flags), (tenant) => unassignRole(tenant, { user, role, dryRun }));
    this.present(result, (out) => userDetails(out, result.user));
    this.sayChange(result, {
      done: `"${user}" no longer has the role ${role}`,
      would: `"${user}" would no longer have the role ${role}`,
      already: `"${user}" did not have the role ${role}`,
    });
    return result;
  }
}
