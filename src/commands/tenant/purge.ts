import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireTypedConsent } from "../../cli/consent.js";
import { dryRunFlag, tenantArgument } from "../../cli/flags.js";
import { withProgress } from "../../cli/progress.js";
import { purgeReceipt, purgeWarning } from "../../cli/views/purge.js";
import type { ControlConnection } from "../../control-plane/connection.js";
import type { PurgeTenantResult } from "../../control-plane/purge-tenant.js";

const CONSENT = { flag: "--confirm", preview: "--dry-run" };

export default class TenantPurgeCommand extends AzoraCommand {
  static override summary = "Delete a tenant and everything it has, for good.";
  static override description =
    "One transaction, ending with a signed receipt: killed at any point, the tenant is whole or gone. Its audit log goes with it; take it out first with `audit:export`. On a terminal it shows what will go and asks for the slug; a script passes --confirm SLUG.";
  static override examples = [
    "<%= config.bin %> tenant:purge acme --dry-run",
    '<%= config.bin %> tenant:purge acme --confirm acme --reason "contract ended 2026-10-31"',
  ];
  static override args = { tenant: tenantArgument };
  static override flags = {
    confirm: string({ description: "The tenant's slug, once more.", helpValue: "SLUG" }),
    reason: string({ description: "Why; it is written into the receipt." }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<PurgeTenantResult> {
    const { args, flags } = await this.parse(TenantPurgeCommand);
    const { confirm, reason = null, "dry-run": dryRun } = flags;
    // Without a way to agree there is nothing to look up either.
    if (!dryRun && confirm === undefined && !this.io.canAsk) {
      await requireTypedConsent(this.io, { ...CONSENT, question: "", expected: "SLUG", given: undefined });
    }
    const { openInstallation } = await import("../../installation/open.js");
    const { purgeTenant } = await import("../../control-plane/purge-tenant.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) => {
      const connection = await installation.control();
      const tenant = dryRun ? args.tenant : await this.agreedTenant(connection, args.tenant, confirm);
      return withProgress(this.io, "Purging", () => purgeTenant(connection, { tenant, reason, dryRun }));
    });
    const { slug, total } = result.receipt;
    this.present(result, (out) => purgeReceipt(out, result.receipt));
    const rows = `${total.toLocaleString("en-US")} rows`;
    if (dryRun) this.note(`Dry run: purging "${slug}" would delete ${rows}; nothing was changed.`);
    else this.done(`The tenant "${slug}" is gone: ${rows} deleted.`);
    return result;
  }

  /** @returns the id of what was agreed to, whatever has that slug a moment later */
  private async agreedTenant(connection: ControlConnection, slugOrId: string, given: string | undefined): Promise<string> {
    const { previewPurge } = await import("../../control-plane/preview-purge.js");
    const preview = await previewPurge(connection, slugOrId);
    const { id, slug } = preview.tenant;
    if (given === undefined) this.io.err.write(purgeWarning(this.io.err, preview));
    await requireTypedConsent(this.io, { ...CONSENT, question: `Type ${slug} to delete it:`, expected: slug, given });
    return id;
  }
}
