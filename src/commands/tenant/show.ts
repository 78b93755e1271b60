import { AzoraCommand } from "../../cli/base-command.js";
import { tenantArgument } from "../../cli/flags.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { Tenant } from "../../control-plane/tenant.js";

export default class TenantShowCommand extends AzoraCommand {
  static override summary = "Show one tenant, as the control plane knows it.";
  static override examples = ["<%= config.bin %> tenant:show acme"];
  static override args = { tenant: tenantArgument };

  async run(): Promise<{ tenant: Tenant }> {
    const { args } = await this.parse(TenantShowCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { findTenant } = await import("../../control-plane/find-tenant.js");
    const tenant = await this.using(openInstallation(this.settings()), async (installation) =>
      findTenant(await installation.control(), args.tenant),
    );
    return this.present({ tenant }, (out) => tenantDetails(out, tenant));
  }
}
