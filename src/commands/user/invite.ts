import { string as stringArgument } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { dryRunFlag, insideFlags } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { userDetails } from "../../cli/views/access.js";
import type { UserChange } from "../../tenant-plane/access/users.js";

export default class UserInviteCommand extends InsideCommand {
  static override summary = "Make a user of a tenant, or let a disabled one in again.";
  static override description =
    "A user without a role may do nothing. Nobody is written to: how somebody logs in is the application's. One that is there already keeps its roles and gets those named besides.";
  static override examples = ["<%= config.bin %> user:invite ada@acme.test --tenant acme --role member"];
  static override args = {
    email: stringArgument({ description: "E-mail address of the user.", required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...insideFlags,
    name: string({ description: "For people; what stands before the @ unless given." }),
    role: string({ description: "A role that the user gets; several times.", multiple: true, default: [], helpValue: "ROLE" }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<UserChange> {
    const { args, flags } = await this.parse(UserInviteCommand);
    const { email } = args;
    const { name, role: roles, "dry-run": dryRun } = flags;
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { inviteUser } = await import("../../tenant-plane/access/users.js");
    const result = await insideTenant(this.where(flags), (tenant) =>
      inviteUser(tenant, { email, roles, dryRun, ...(name !== undefined && { name }) }),
    );
    this.present(result, (out) => userDetails(out, result.user));
    this.sayChange(result, {
      done: `"${email}" is a user of the tenant`,
      would: `"${email}" would be a user of the tenant`,
      already: `"${email}" was so already`,
    });
    return result;
  }
}
