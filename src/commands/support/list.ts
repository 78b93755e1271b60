import { string } from "@oclif/core/flags";
import { insideFlags } from "../../cli/flags.js";
import { parseLimit } from "../../cli/input.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { operatorGrantTable, supportGrantTable } from "../../cli/views/support.js";
import type { SupportGrantPage } from "../../support-grant.js";

export default class SupportListCommand extends InsideCommand {
  static override summary = "List whom a tenant has let in, newest first; for an operator, by whom it was let in.";
  static override description =
    "With --tenant in the tenant's own plane (a user takes support:read or support:manage); without it by the operator's login, which sees its own, and a vendor admin everybody's.";
  static override examples = [
    "<%= config.bin %> support:list --tenant acme --as ada@acme.test",
    "<%= config.bin %> support:list",
  ];
  static override flags = {
    tenant: string({ description: insideFlags.tenant.description as string }),
    as: string({ description: insideFlags.as.description as string, helpValue: "USER", dependsOn: ["tenant"] }),
    limit: string({ description: "At most so many, from 1 to 1000; 50 unless given.", default: "50", helpValue: "N" }),
    after: string({ description: "Go on behind this id: the last one of the page before.", helpValue: "ID" }),
  };

  async run(): Promise<SupportGrantPage> {
    const { flags } = await this.parse(SupportListCommand);
    const { tenant, as, after } = flags;
    const page = { limit: parseLimit(flags.limit, "--after ID goes on behind a page."), ...(after !== undefined && { after }) };
    const found = tenant === undefined ? await this.#asOperator(page) : await this.#inside({ tenant, as }, page);
    if (found.next !== null) this.note(`There are older ones: --after ${found.next}.`);
    return found;
  }

  async #inside(where: Parameters<InsideCommand["where"]>[0], page: Page): Promise<SupportGrantPage> {
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { listSupport } = await import("../../tenant-plane/support.js");
    const found = await insideTenant(this.where(where), (tenant) => listSupport(tenant, page));
    return this.present(found, (out) => supportGrantTable(out, found.grants));
  }

  async #asOperator(page: Page): Promise<SupportGrantPage> {
    const { openInstallation } = await import("../../installation/open.js");
    const { listSupportGrants } = await import("../../control-plane/support.js");
    const found = await this.using(openInstallation(this.settings()), async (installation) =>
      listSupportGrants(await installation.control(), page),
    );
    return this.present(found, (out) => operatorGrantTable(out, found.grants));
  }
}

interface Page {
  readonly limit: number;
  readonly after?: string;
}
