import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { dryRunFlag, tenantArgument } from "../../cli/flags.js";
import { parsePairs } from "../../cli/input.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { LifecycleResult } from "../../control-plane/change-tenant.js";
import { AzoraError } from "../../errors.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

export default class TenantUpdateCommand extends AzoraCommand {
  static override summary = "Change what the vendor knows of a tenant: name, contact, slug, region, metadata.";
  static override description =
    "Applications know a tenant by its id, which never changes; scripts that name it by a slug have to follow a new one.";
  static override examples = [
    '<%= config.bin %> tenant:update acme --name "Acme Quality GmbH" --region eu-central',
    "<%= config.bin %> tenant:update acme --metadata crm=A-1207 --metadata tier=",
  ];
  static override args = { tenant: tenantArgument };
  static override flags = {
    name: string({ description: "Name of the tenant, for people." }),
    "contact-email": string({ description: "E-mail address of the vendor's contact; the tenant's users stay as they are." }),
    slug: string({ description: "Short name: 1 to 63 lower-case letters, digits and hyphens." }),
    region: string({ description: "Where it is kept, as you name it; an empty one takes it away." }),
    metadata: string({
      description: "Set a key; an empty value takes it away. Several times.",
      multiple: true,
      helpValue: "KEY=VALUE",
    }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<LifecycleResult & { readonly billing: BillingOutcome | null }> {
    const { args, flags } = await this.parse(TenantUpdateCommand);
    const { name, "contact-email": contactEmail, slug, region, metadata, "dry-run": dryRun } = flags;
    const change = {
      ...(name !== undefined && { name }),
      ...(contactEmail !== undefined && { contactEmail }),
      ...(slug !== undefined && { slug }),
      ...(region !== undefined && { region }),
      ...(metadata && { metadata: parsePairs(metadata, "--metadata") }),
    };
    if (Object.keys(change).length === 0) {
      throw new AzoraError("USAGE", "There is nothing to change.", {
        hint: "Pass --name, --contact-email, --slug, --region or --metadata.",
      });
    }
    const { openInstallation } = await import("../../installation/open.js");
    const { updateTenant } = await import("../../control-plane/update-tenant.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const settings = this.settings();
    const result = await this.using(openInstallation(settings), async (installation) => {
      const control = await installation.control();
      const updated = await updateTenant(control, { tenant: args.tenant, ...change, dryRun });
      const scope = updated.tenant.id;
      const billing = dryRun ? null : await settleBilling(control, { ...settings, scope, onLive: () => this.announceLive() });
      return { ...updated, billing };
    });
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.changed) this.note(`The tenant "${args.tenant}" was so already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: the tenant "${args.tenant}" would become this; nothing was changed.`);
    else this.done(`The tenant "${args.tenant}" is changed.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }
}
