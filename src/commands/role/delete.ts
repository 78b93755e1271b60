import { requireConsent } from "../../cli/consent.js";
import { dryRunFlag, insideFlags, tenantRoleArgument, yesFlag } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import type { AccessChange } from "../../tenant-plane/access/open-tenant.js";

export default class RoleDeleteCommand extends InsideCommand {
  static override summary = "Delete a role of a tenant.";
  static override description =
    "Whoever had it loses what only it gave. owner, admin, member and viewer stay: every tenant has them.";
  static override examples = ["<%= config.bin %> role:delete releaser --tenant acme --yes"];
  static override args = { role: tenantRoleArgument };
  static override flags = { ...insideFlags, yes: yesFlag, "dry-run": dryRunFlag };

  async run(): Promise<AccessChange & { readonly role: string }> {
    const { args, flags } = await this.parse(RoleDeleteCommand);
    const { role } = args;
    const { yes, "dry-run": dryRun } = flags;
    const question = `Delete the role "${role}" of the tenant "${flags.tenant}"?`;
    await requireConsent(this.io, { question, given: yes || dryRun, flag: "--yes", preview: "--dry-run" });
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { deleteRole } = await import("../../tenant-plane/access/roles.js");
    const result = await insideTenant(this.where(flags), (tenant) => deleteRole(tenant, { role, dryRun }));
    this.present(result, () => `${role}\tdeleted`);
    this.sayChange(result, {
      done: `The role "${role}" is deleted`,
      would: `the role "${role}" would be deleted`,
      already: `There was no role "${role}"`,
    });
    return result;
  }
}
