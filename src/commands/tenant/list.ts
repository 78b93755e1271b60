import { option, string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { parseLimit } from "../../cli/input.js";
import { tenantTable } from "../../cli/views/tenant.js";
import type { ListTenantsInput, TenantPage } from "../../control-plane/list-tenants.js";

export default class TenantListCommand extends AzoraCommand {
  static override summary = "List the tenants, in the order of their slugs.";
  static override examples = [
    "<%= config.bin %> tenant:list --status suspended",
    "<%= config.bin %> tenant:list --limit 1000 --json",
  ];
  static override flags = {
    status: option({
      description: "Only tenants in this state.",
      options: ["provisioning", "active", "suspended", "purge-scheduled"] as const,
    })(),
    limit: string({ description: "At most so many, from 1 to 1000.", default: "50", helpValue: "N" }),
    after: string({ description: "Go on behind this slug: the last one of the page before.", helpValue: "SLUG" }),
  };

  async run(): Promise<TenantPage> {
    const { flags } = await this.parse(TenantListCommand);
    const { status, after } = flags;
    const input: ListTenantsInput = { limit: parseLimit(flags.limit), ...(status && { status }), ...(after && { after }) };
    const { openInstallation } = await import("../../installation/open.js");
    const { listTenants } = await import("../../control-plane/list-tenants.js");
    const page = await this.using(openInstallation(this.settings()), async (installation) =>
      listTenants(await installation.control(), input),
    );
    this.present(page, (out) => tenantTable(out, page.tenants));
    const { tenants, total, next } = page;
    if (next) {
      const shown = `${tenants.length.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`;
      this.note(`${shown} tenants. \`--after ${next}\` goes on.`);
    }
    return page;
  }
}
