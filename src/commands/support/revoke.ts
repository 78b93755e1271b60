import { string as stringArgument } from "@oclif/core/args";
import { dryRunFlag, insideFlags } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { supportGrantDetails } from "../../cli/views/support.js";
import type { SupportChange } from "../../tenant-plane/support.js";

export default class SupportRevokeCommand extends InsideCommand {
  static override summary = "Take back a tenant's consent to be read by an operator.";
  static override description = "It holds from the operator's next statement on, and waits for nobody who is reading.";
  static override examples = [
    "<%= config.bin %> support:revoke 019aad50-3f0e-7c11-8f4c-2f3b1d0c9a55 --tenant acme --as ada@acme.test",
  ];
  static override args = {
    grant: stringArgument({ description: "Id of the consent, from support:list.", required: true, ignoreStdin: true }),
  };
  static override flags = { ...insideFlags, "dry-run": dryRunFlag };

  async run(): Promise<SupportChange> {
    const { args, flags } = await this.parse(SupportRevokeCommand);
    const { "dry-run": dryRun } = flags;
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { revokeSupport } = await import("../../tenant-plane/support.js");
    const result = await insideTenant(this.where(flags), (tenant) => revokeSupport(tenant, { id: args.grant, dryRun }));
    const { operator } = result.grant;
    this.present(result, (out) => supportGrantDetails(out, result.grant));
    this.sayChange(result, {
      done: `"${operator}" may read no more by this consent`,
      would: `"${operator}" could read no more by this consent`,
      already: "This consent has ended already",
    });
    return result;
  }
}
