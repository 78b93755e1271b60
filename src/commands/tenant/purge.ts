import { boolean, string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireTypedConsent } from "../../cli/consent.js";
import { billingFlag, dryRunFlag, optionalTenantArgument, switchFlag } from "../../cli/flags.js";
import { parseDuration } from "../../cli/input.js";
import { withProgress } from "../../cli/progress.js";
import { duePurges, purgePreview, purgeWarning } from "../../cli/views/purge.js";
import { receiptDetails } from "../../cli/views/receipt.js";
import { tenantDetails } from "../../cli/views/tenant.js";
import type { LifecycleResult } from "../../control-plane/change-tenant.js";
import type { ControlConnection } from "../../control-plane/connection.js";
import type { PurgePreview } from "../../control-plane/preview-purge.js";
import type { PurgeDueResult } from "../../control-plane/purge-due.js";
import type { PurgeTenantResult } from "../../control-plane/purge-tenant.js";
import { AzoraError } from "../../errors.js";

const CONSENT = { flag: "--confirm", preview: "--dry-run" };

interface Order {
  readonly tenant: string;
  readonly confirm: string | undefined;
  readonly reason: string | null;
  readonly now: boolean;
  readonly dryRun: boolean;
}

type PurgeResult = (PurgeTenantResult | { readonly purged: false; readonly preview: PurgePreview }) & {
  readonly dryRun: boolean;
};

export default class TenantPurgeCommand extends AzoraCommand {
  static override summary = "Delete a tenant and everything it has, for good; at once or in a while.";
  static override description =
    "A purge begins with a suspended tenant: `--after 30d` schedules it, `--cancel` takes that back, `--due` (for cron) does all whose time has come. Without them it is done at once; `--now` takes an active tenant too, and doesn't wait for a schedule. One transaction, ending with a signed receipt: killed at any point, the tenant is whole or gone, and the same command finishes. Its audit log goes with it; take it out first with `audit:export`. At Stripe the subscription ends first, without a last invoice and without giving money back, and is seen to have ended; the customer stays there with its invoices, or is deleted with the setting billing.customer_after_purge. What Stripe can't be asked now is pending in the receipt, for `receipt:complete`; so is what `--billing keep` leaves as it is. --dry-run says what would go, how long it would take, which indexes are missing on the way, and what stands in its way. On a terminal that is shown and the slug asked for; a script passes --confirm SLUG. What --due purges was confirmed when it was scheduled. A tenant under legal hold is purged by nobody; with the setting purge.approvals another operator has to agree (`tenant:approve`), and with purge.require_export its data were taken home first (`tenant:export`).";
  static override examples = [
    '<%= config.bin %> tenant:purge acme --after 30d --confirm acme --reason "contract ended 2026-10-31"',
    "<%= config.bin %> tenant:purge acme --cancel",
    "<%= config.bin %> tenant:purge --due",
    "<%= config.bin %> tenant:purge acme --now --dry-run",
  ];
  static override args = { tenant: optionalTenantArgument };
  static override flags = {
    confirm: string({ description: "The tenant's slug, once more.", helpValue: "SLUG" }),
    reason: string({ description: "Why; it is written into the receipt." }),
    after: string({
      description: "Schedule it for then: 90m, 12h, 30d, 4w.",
      helpValue: "SPAN",
      exclusive: ["now", "cancel", "due"],
    }),
    cancel: boolean({ description: "Take a scheduled purge back.", exclusive: ["now", "due", "confirm"] }),
    due: boolean({ description: "Purge every tenant whose time has come.", exclusive: ["now", "confirm", "reason"] }),
    billing: billingFlag(["keep", "pause", "cancel"], "cancel"),
    now: switchFlag({ description: "Purge an active tenant too, and before its time." }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<PurgeResult | PurgeDueResult | LifecycleResult> {
    const { args, flags } = await this.parse(TenantPurgeCommand);
    const { confirm, reason = null, after, cancel, due, now, "dry-run": dryRun } = flags;
    const { tenant } = args;
    if (due ? tenant !== undefined : tenant === undefined) {
      throw new AzoraError("USAGE", due ? "--due takes no tenant." : "Missing argument: TENANT, or --due.");
    }
    const afterSeconds = after === undefined ? undefined : parseDuration(after, "--after");
    // Without a way to agree there is nothing to look up either.
    if (!dryRun && !due && !cancel && confirm === undefined && !this.io.canAsk) {
      await requireTypedConsent(this.io, { ...CONSENT, question: "", expected: "SLUG", given: undefined });
    }
    const { openInstallation } = await import("../../installation/open.js");
    const settings = { ...this.settings(), purgeBilling: flags.billing, onLive: () => this.announceLive() };
    return this.using(openInstallation(settings), async (installation) => {
      const connection = await installation.control();
      if (tenant === undefined) return this.purgeDue(connection, dryRun);
      if (cancel) return this.cancelPurge(connection, tenant, dryRun);
      const order = { tenant, confirm, reason, now, dryRun };
      return afterSeconds === undefined ? this.purge(connection, order) : this.schedule(connection, order, afterSeconds);
    });
  }

  private async purge(connection: ControlConnection, order: Order): Promise<PurgeResult> {
    if (order.dryRun) return this.preview(connection, order);
    const { findEarlierPurge, purgeTenant } = await import("../../control-plane/purge-tenant.js");
    const { checkPurge } = await import("../../control-plane/preview-purge.js");
    const earlier = await findEarlierPurge(connection, order.tenant);
    if (earlier) return this.said({ purged: false, receipt: earlier, dryRun: false });
    await checkPurge(connection, order);
    const tenant = await this.agreedTenant(connection, order);
    const done = await withProgress(this.io, "Purging", (progress) =>
      purgeTenant(connection, {
        ...order,
        tenant,
        onTable: (table, rows) => progress.update({ label: `Purging ${table}`, done: rows }),
        onPending: (store, error) => this.note(`${store} is pending: ${error instanceof Error ? error.message : String(error)}`),
      }),
    );
    return this.said({ ...done, dryRun: false });
  }

  private said(result: PurgeTenantResult & { readonly dryRun: boolean }): PurgeResult {
    const { purged, receipt } = result;
    const { slug, total, sequence, pending, purgedAt } = receipt;
    this.present(result, (out) => receiptDetails(out, receipt));
    if (!purged) this.note(`The tenant "${slug}" was purged on ${purgedAt.toISOString()} already; nothing was changed.`);
    else this.done(`The tenant "${slug}" is gone: ${total.toLocaleString("en-US")} rows deleted.`);
    if (pending.length > 0) this.note(`Not complete: ${pending.join(", ")} is pending. azora receipt:complete ${sequence}`);
    return result;
  }

  private async preview(connection: ControlConnection, order: Order): Promise<PurgeResult> {
    const { previewPurge } = await import("../../control-plane/preview-purge.js");
    const preview = await withProgress(this.io, "Counting", () => previewPurge(connection, order));
    const { tenant, total, refusal } = preview;
    const result = { purged: false, dryRun: true, preview } as const;
    this.present(result, (out) => purgePreview(out, preview));
    const would = refusal ? "would be refused" : `would delete ${total.toLocaleString("en-US")} rows`;
    this.note(`Dry run: purging "${tenant.slug}" ${would}; nothing was changed.`);
    return result;
  }

  private async schedule(connection: ControlConnection, order: Order, afterSeconds: number): Promise<LifecycleResult> {
    const { schedulePurge } = await import("../../control-plane/schedule-purge.js");
    const tenant = await this.agreedTenant(connection, order);
    const result = await schedulePurge(connection, { ...order, tenant, afterSeconds });
    const { slug, purgeAfter } = result.tenant;
    this.present(result, (out) => tenantDetails(out, result.tenant));
    const when = purgeAfter?.toISOString();
    if (!result.changed) this.note(`The purge of "${slug}" was scheduled for ${when} already; nothing was changed.`);
    else if (order.dryRun) this.note(`Dry run: the purge of "${slug}" would be due at ${when}; nothing was changed.`);
    else this.done(`The purge of "${slug}" is due at ${when}. Until then: azora tenant:purge ${slug} --cancel`);
    return result;
  }

  private async cancelPurge(connection: ControlConnection, tenant: string, dryRun: boolean): Promise<LifecycleResult> {
    const { cancelPurge } = await import("../../control-plane/schedule-purge.js");
    const result = await cancelPurge(connection, { tenant, dryRun });
    const { slug } = result.tenant;
    this.present(result, (out) => tenantDetails(out, result.tenant));
    if (!result.changed) this.note(`No purge of "${slug}" was scheduled; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: the purge of "${slug}" would be taken back; nothing was changed.`);
    else this.done(`The purge of "${slug}" is taken back; the tenant is suspended, as before.`);
    return result;
  }

  private async purgeDue(connection: ControlConnection, dryRun: boolean): Promise<PurgeDueResult> {
    const { purgeDue } = await import("../../control-plane/purge-due.js");
    const result = await withProgress(this.io, "Purging what is due", (progress) =>
      purgeDue(connection, {
        dryRun,
        onTenant: (slug) => progress.update({ label: `Purging ${slug}` }),
        onTable: (_table, rows) => progress.update({ done: rows }),
      }),
    );
    this.present(result, (out) => duePurges(out, result));
    const { receipts, due, kept } = result;
    const said = `${receipts.length + due.length} tenant(s) ${dryRun ? "would be purged" : "purged"}, ${kept.length} kept.`;
    if (dryRun) this.note(`Dry run: ${said} Nothing was changed.`);
    else this.done(said);
    return result;
  }

  /** @returns the id of what was agreed to, whatever has that slug a moment later */
  private async agreedTenant(connection: ControlConnection, { tenant, confirm, dryRun, now }: Order): Promise<string> {
    if (dryRun) return tenant;
    const { findTenant } = await import("../../control-plane/find-tenant.js");
    const { previewPurge } = await import("../../control-plane/preview-purge.js");
    const { id, slug } = await findTenant(connection, tenant);
    if (confirm === undefined) this.io.err.write(purgeWarning(this.io.err, await previewPurge(connection, { tenant: id, now })));
    await requireTypedConsent(this.io, { ...CONSENT, question: `Type ${slug} to delete it:`, expected: slug, given: confirm });
    return id;
  }
}
