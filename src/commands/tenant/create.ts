import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { billingSentence } from "../../cli/billing.js";
import { dryRunFlag, nameArgument, switchFlag } from "../../cli/flags.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { CreateTenantResult } from "../../control-plane/create-tenant.js";
import type { BillingOutcome } from "../../installation/settle-billing.js";

export default class TenantCreateCommand extends AzoraCommand {
  static override summary = "Make a tenant, with its default roles and its first user.";
  static override description =
    "All of it in one transaction: account, subscription, the roles owner, admin, member and viewer, and the owner's user. Where Stripe bills, customer and subscription are asked for in the same transaction and made right after it.";
  static override examples = [
    '<%= config.bin %> tenant:create "Acme Quality" --slug acme --owner-email owner@acme.test',
    '<%= config.bin %> tenant:create "Acme Quality" --slug acme --owner-email owner@acme.test --if-not-exists --json',
  ];
  static override args = { name: nameArgument };
  static override flags = {
    slug: string({ description: "Short name: 1 to 63 lower-case letters, digits and hyphens.", required: true }),
    "owner-email": string({ description: "E-mail address of the first user, who gets the role owner.", required: true }),
    plan: string({ description: "Code of the plan that the tenant subscribes to.", default: "free" }),
    "if-not-exists": switchFlag({ description: "A taken slug is no error: show the tenant that has it." }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<CreateTenantResult & { readonly billing: BillingOutcome | null }> {
    const { args, flags } = await this.parse(TenantCreateCommand);
    const input = {
      name: args.name,
      slug: flags.slug,
      ownerEmail: flags["owner-email"],
      plan: flags.plan,
      ifNotExists: flags["if-not-exists"],
      dryRun: flags["dry-run"],
    };
    const { checkEmail, checkName, checkSlug } = await import("../../control-plane/input.js");
    checkSlug(input.slug);
    checkName(input.name);
    checkEmail(input.ownerEmail);
    const { openInstallation } = await import("../../installation/open.js");
    const { createTenant } = await import("../../control-plane/create-tenant.js");
    const { settleBilling } = await import("../../installation/settle-billing.js");
    const settings = this.settings();
    const result = await this.using(openInstallation(settings), async (installation) => {
      const control = await installation.control();
      const made = await createTenant(control, input);
      return {
        ...made,
        billing: input.dryRun
          ? null
          : await settleBilling(control, { ...settings, scope: made.tenant.id, onLive: () => this.announceLive() }),
      };
    });
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.created) this.note(`The tenant "${input.slug}" exists already; nothing was changed.`);
    else if (result.dryRun) this.note(`Dry run: the tenant "${input.slug}" would be made so; nothing was changed.`);
    else this.done(`The tenant "${input.slug}" is made.`);
    this.noteIf(result.billing && billingSentence(result.billing));
    return result;
  }
}
