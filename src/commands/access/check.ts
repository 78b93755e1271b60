import { CheckFailed } from "../../cli/failure.js";
import { insideFlags, permissionArgument, switchFlag, userArgument } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { accessAnswer, reasonOf } from "../../cli/views/access.js";
import type { AccessAnswer } from "../../tenant-plane/access/check-access.js";

export default class AccessCheckCommand extends InsideCommand {
  static override summary = "Say whether a user of a tenant may do something.";
  static override description =
    "The database is asked in the user's name, as a statement of the user's would be. Exit code 0 for allowed, 4 for denied.";
  static override examples = ["<%= config.bin %> access:check ada@acme.test documents:update --tenant acme --explain"];
  static override args = { user: userArgument, permission: permissionArgument };
  static override flags = {
    ...insideFlags,
    explain: switchFlag({ description: "Say which role gives it, or which would." }),
  };

  async run(): Promise<AccessAnswer> {
    const { args, flags } = await this.parse(AccessCheckCommand);
    const { user, permission } = args;
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { checkAccess } = await import("../../tenant-plane/access/check-access.js");
    const answer = await insideTenant(this.where(flags), (tenant) => checkAccess(tenant, { user, permission }));
    this.present(answer, (out) => accessAnswer(out, answer, flags.explain));
    if (answer.allowed) return answer;
    throw new CheckFailed(
      `"${user}" may not ${permission}: ${reasonOf(answer)}.`,
      answer,
      flags.explain ? undefined : "--explain says which role would give it.",
      "PERMISSION_DENIED",
    );
  }
}
