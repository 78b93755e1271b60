import { string } from "@oclif/core/flags";
import { dryRunFlag, insideFlags, tenantRoleArgument } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { roleDetails } from "../../cli/views/access.js";
import type { RoleChange } from "../../tenant-plane/access/roles.js";

export default class RoleCreateCommand extends InsideCommand {
  static override summary = "Make a role in a tenant.";
  static override description = "One of that name that is there already gets the permissions that it lacks.";
  static override examples = [
    "<%= config.bin %> role:create releaser --tenant acme --permission batches:update --permission batches:read",
  ];
  static override args = { role: tenantRoleArgument };
  static override flags = {
    ...insideFlags,
    description: string({ description: "What the role is for." }),
    permission: string({
      description: "resource:action that the role holds; several times.",
      multiple: true,
      default: [],
      helpValue: "PERMISSION",
    }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<RoleChange> {
    const { args, flags } = await this.parse(RoleCreateCommand);
    const { role: name } = args;
    const { description, permission: permissions, "dry-run": dryRun } = flags;
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { createRole } = await import("../../tenant-plane/access/roles.js");
    const result = await insideTenant(this.where(flags), (tenant) =>
      createRole(tenant, { name, permissions, dryRun, ...(description !== undefined && { description }) }),
    );
    this.present(result, (out) => roleDetails(out, result.role));
    this.sayChange(result, {
      done: `The role "${name}" is made`,
      would: `the role "${name}" would be made so`,
      already: `The role "${name}" was so already`,
    });
    return result;
  }
}
