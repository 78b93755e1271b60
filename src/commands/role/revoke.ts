import { dryRunFlag, insideFlags, permissionArgument, tenantRoleArgument } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { roleDetails } from "../../cli/views/access.js";
import type { RoleChange } from "../../tenant-plane/access/roles.js";

export default class RoleRevokeCommand extends InsideCommand {
  static override summary = "Take a permission from a role of a tenant.";
  static override description =
    "Word for word: what a * of the role includes goes with that. The role owner keeps *:*. A user (--as) takes only what it holds itself.";
  static override examples = ['<%= config.bin %> role:revoke member "*:update" --tenant acme'];
  static override args = { role: tenantRoleArgument, permission: permissionArgument };
  static override flags = { ...insideFlags, "dry-run": dryRunFlag };

  async run(): Promise<RoleChange> {
    const { args, flags } = await this.parse(RoleRevokeCommand);
    const { role, permission } = args;
    const { "dry-run": dryRun } = flags;
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { revokePermission } = await import("../../tenant-plane/access/roles.js");
    const result = await insideTenant(this.where(flags), (tenant) => revokePermission(tenant, { role, permission, dryRun }));
    this.present(result, (out) => roleDetails(out, result.role));
    this.sayChange(result, {
      done: `The role "${role}" no longer names ${permission}`,
      would: `the role "${role}" would no longer name ${permission}`,
      already: `The role "${role}" did not name ${permission}`,
    });
    return result;
  }
}
