import { option, string } from "@oclif/core/flags";
import { dryRunFlag, insideFlags } from "../../cli/flags.js";
import { parseCount } from "../../cli/input.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { supportGrantDetails } from "../../cli/views/support.js";
import type { SupportChange } from "../../tenant-plane/support.js";

export default class SupportGrantCommand extends InsideCommand {
  static override summary = "Let one operator of the vendor's read a tenant's rows for some hours.";
  static override description =
    "It takes the consent of a user of the tenant (--as) who holds support:manage, as owners do. The window ends by itself, support:revoke ends it at once, and each row that is read through it gets a line in the tenant's log and one in the vendor's. Columns whose values no log takes down are never shown.";
  static override examples = [
    '<%= config.bin %> support:grant --tenant acme --as ada@acme.test --to sam --hours 4 --scope read --tables documents,batches --reason "ticket 4711"',
  ];
  static override flags = {
    ...insideFlags,
    to: string({ description: "Login of the operator who is let in.", required: true, helpValue: "OPERATOR" }),
    hours: string({ description: "For so many hours, from 1 to 168.", required: true, helpValue: "N" }),
    scope: option({ description: "What the operator may do.", options: ["read"] as const, default: "read" })(),
    tables: string({ description: "Only these tables, with commas between them; all unless given.", helpValue: "TABLES" }),
    reason: string({ description: "Why; it is kept in both logs.", required: true }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<SupportChange> {
    const { flags } = await this.parse(SupportGrantCommand);
    const { to: operator, reason, "dry-run": dryRun } = flags;
    const hours = parseCount(flags.hours, "--hours", 168);
    const tables = flags.tables === undefined ? [] : flags.tables.split(",").map((table) => table.trim());
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { grantSupport } = await import("../../tenant-plane/support.js");
    const result = await insideTenant(this.where(flags), (tenant) =>
      grantSupport(tenant, { operator, hours, tables, reason, dryRun }),
    );
    this.present(result, (out) => supportGrantDetails(out, result.grant));
    this.sayChange(result, {
      done: `"${operator}" may read for ${hours} hours; \`azora support:revoke\` ends it at once`,
      would: `"${operator}" could read for ${hours} hours`,
      already: `"${operator}" may read already`,
    });
    return result;
  }
}
