import { insideFlags } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { roleTable } from "../../cli/views/access.js";
import type { TenantRole } from "../../tenant-plane/access/roles.js";

export default class RoleListCommand extends InsideCommand {
  static override summary = "List a tenant's roles, what they hold, and how many users have them.";
  static override examples = ["<%= config.bin %> role:list --tenant acme"];
  static override flags = insideFlags;

  async run(): Promise<{ roles: readonly TenantRole[] }> {
    const { flags } = await this.parse(RoleListCommand);
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { listRoles } = await import("../../tenant-plane/access/roles.js");
    const roles = await insideTenant(this.where(flags), listRoles);
    return this.present({ roles }, (out) => roleTable(out, roles));
  }
}
