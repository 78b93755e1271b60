import { option, string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { parseLimit } from "../../cli/input.js";
import { tenantTable } from "../../cli/views/tenant.js";
import type { ListTenantsInput, TenantPage } from "../../control-plane/list-tenants.js";
import { AzoraError } from "../../errors.js";

export default class TenantListCommand extends AzoraCommand {
  static override summary = "List the tenants, in the order of their slugs.";
  static override description = "A page of them as a table; all of them with --format yaml, as `tenant:apply -f` reads them.";
  static override examples = [
    "<%= config.bin %> tenant:list --status suspended",
    "<%= config.bin %> tenant:list --limit 1000 --json",
    "<%= config.bin %> tenant:list --format yaml > tenants.yaml",
  ];
  static override flags = {
    status: option({
      description: "Only tenants in this state.",
      options: ["provisioning", "active", "suspended", "purge-scheduled"] as const,
    })(),
    limit: string({ description: "At most so many, from 1 to 1000; 50 unless given.", helpValue: "N" }),
    after: string({ description: "Go on behind this slug: the last one of the page before.", helpValue: "SLUG" }),
    format: option({
      description: "A table, or a manifest of all tenants.",
      options: ["table", "yaml"] as const,
      default: "table" as const,
    })(),
  };

  async run(): Promise<TenantPage | { yaml: string }> {
    const { flags } = await this.parse(TenantListCommand);
    const { status, after, limit = "50" } = flags;
    if (flags.format === "yaml") return this.manifest(flags);
    const input: ListTenantsInput = { limit: parseLimit(limit), ...(status && { status }), ...(after && { after }) };
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

  /** All or nothing: with a part of them `tenant:apply --prune` would take the others for unwanted. */
  private async manifest(flags: {
    readonly status?: unknown;
    readonly limit?: unknown;
    readonly after?: unknown;
  }): Promise<{ yaml: string }> {
    const given = (["status", "limit", "after"] as const).filter((name) => flags[name] !== undefined);
    if (given.length > 0) {
      throw new AzoraError(
        "USAGE",
        `--format yaml lists all tenants: it takes no ${given.map((name) => `--${name}`).join(", ")}.`,
      );
    }
    const { openInstallation } = await import("../../installation/open.js");
    const { allTenants } = await import("../../control-plane/apply/state.js");
    const { writeManifest } = await import("../../control-plane/manifest/write.js");
    const tenants = await this.using(openInstallation(this.settings()), async (installation) =>
      allTenants(await installation.control()),
    );
    const yaml = writeManifest(tenants);
    return this.present({ yaml }, () => yaml);
  }
}
