import { dryRunFlag, insideFlags, permissionArgument, tenantRoleArgument } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { roleDetails } from "../../cli/views/access.js";
import type { RoleChange } from "../../tenant-plane/access/roles.js";

export default class RoleGrantCommand extends InsideCommand {
  static override summary = "Give a role of a tenant a permission.";
  static override description =
    "It holds from the next statement on, for everybody who has the role. Resources are tables by their names, and users, access, audit and support, which * doesn't stand for: *:read reads every table that is worked on. A user (--as) gives only what it holds itself.";
  static override examples = [
    "<%= config.bin %> role:grant member documents:delete --tenant acme",
    '<%= config.bin %> role:grant auditor "audit:read" --tenant acme --as ada@acme.test',
  ];
  static override args = { role: tenantRoleArgument, permission: permissionArgument };
  static override flags = { ...insideFlags, "dry-run": dryRunFlag };

  async run(): Promise<RoleChange> {
    const { args, flags } = await this.parse(RoleGrantCommand);
    const { role, permission } = args;
    const { "dry-run": dryRun } = flags;
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { grantPermission } = await import("../../tenant-plane/access/roles.js");
    const result = await insideTenant(this.where(flags), (tenant) => grantPermission(tenant, { role, permission, dryRun }));
    this.present(result, (out) => roleDetails(out, result.role));
    this.sayChange(result, {
      done: `The role "${role}" holds ${permission}`,
      would: `the role "${role}" would hold ${permission}`,
      already: `The role "${role}" held ${permission} already`,
    });
    return result;
  }
}
