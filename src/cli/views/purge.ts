import type { KeptTenant } from "../../control-plane/kept-tenant.js";
import type { PurgePreview } from "../../control-plane/preview-purge.js";
import type { PurgeDueResult } from "../../control-plane/purge-due.js";
import { type Detail, renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";
import { countsTable } from "./receipt.js";

/** What a person sees before typing the slug. */
export function purgeWarning(output: Output, preview: PurgePreview): string {
  const title = output.colour.red.bold(`This deletes "${preview.tenant.slug}" for good, with its audit log:`);
  return `${title}\n\n${purgePreview(output, preview)}\n`;
}

/** All that is known of a purge beforehand. */
export function purgePreview(output: Output, preview: PurgePreview): string {
  const { counts, total, missingIndexes } = preview;
  const indexes = missingIndexes.map(({ table, foreignKey, fix }) => `${table} has no index for ${foreignKey}: ${fix}`);
  return [renderDetails(output, facts(preview)), countsTable(output, counts, total), ...indexes].join("\n\n");
}

function facts(preview: PurgePreview): readonly Detail[] {
  const { tenant, bytes, estimate, sweeps, approvals, subscription, outsideStores, missingIndexes, refusal } = preview;
  const { heldAt, holdReason, heldBy, purgeAfter, purgeRequestedBy } = tenant;
  const seconds = estimate.seconds < 1 ? "under a second" : `about ${Math.ceil(estimate.seconds).toLocaleString("en-US")} s`;
  return [
    { label: "Slug", value: tenant.slug },
    { label: "Name", value: tenant.name },
    { label: "Status", value: tenant.status },
    { label: "Bytes", value: bytes },
    { label: "Time", value: `${seconds}, ${sweeps ? "table by table" : "by cascade alone"} (by ${BASIS[estimate.from]})` },
    { label: "Legal hold", value: heldAt ? `since ${heldAt.toISOString().slice(0, 10)}, by ${heldBy}: ${holdReason}` : "none" },
    { label: "Schedule", value: purgeAfter ? `${purgeAfter.toISOString()}, asked for by ${purgeRequestedBy}` : "none" },
    { label: "Approvals", value: approvalsText(approvals) },
    { label: "Subscription", value: subscription ? `${subscription.plan}, ${subscription.status}` : "none" },
    {
      label: "Outside",
      value: outsideStores.map(({ name, configured }) => `${name}${configured ? "" : " (not configured)"}`).join(", "),
    },
    { label: "Missing indexes", value: missingIndexes.length },
    { label: "Would be", value: refusal ? `refused: ${refusal.message}` : "done" },
  ];
}

const BASIS: Readonly<Record<PurgePreview["estimate"]["from"], string>> = {
  receipts: "earlier purges here",
  reference: "the reference figures",
};

function approvalsText({ needed, given }: PurgePreview["approvals"]): string {
  if (needed <= 1) return "none needed";
  return `${given.length} of ${needed}${given.length > 0 ? `: ${given.join(", ")}` : ""}`;
}

interface Due {
  readonly slug: string;
  readonly state: string;
  readonly rows: number | null;
  readonly detail: string | null;
}

/** One line a tenant that was due. */
export function duePurges(output: Output, { receipts, due, kept }: PurgeDueResult): string {
  const rows: Due[] = [
    ...receipts.map(({ slug, total, sequence }) => ({ slug, state: "purged", rows: total, detail: `receipt ${sequence}` })),
    ...due.map((slug) => ({ slug, state: "due", rows: null, detail: null })),
    ...kept.map(({ slug, message }: KeptTenant) => ({ slug, state: "kept", rows: null, detail: message })),
  ];
  if (rows.length === 0 && output.isTty) return "No purge is due.";
  return renderTable(
    output,
    [
      { title: "SLUG", value: ({ slug }) => slug },
      { title: "STATE", value: ({ state }) => state },
      { title: "ROWS", value: (row) => row.rows, align: "right" },
      { title: "DETAIL", value: ({ detail }) => detail, canShrink: true },
    ],
    rows,
  );
}
