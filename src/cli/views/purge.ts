import type { PurgePreview } from "../../control-plane/preview-purge.js";
import type { KeptTenant, PurgeDueResult } from "../../control-plane/purge-due.js";
import type { Receipt } from "../../control-plane/receipt.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { type Column, renderTable } from "../table.js";

type Row = readonly [table: string, rows: number];

const COLUMNS: readonly Column<Row>[] = [
  { title: "TABLE", value: ([table]) => table },
  { title: "ROWS", value: ([, rows]) => rows, align: "right" },
];

function countsTable(output: Output, counts: Readonly<Record<string, number>>, total: number): string {
  const rows = Object.entries(counts).sort(([one], [other]) => one.localeCompare(other));
  return renderTable(output, COLUMNS, [...rows, ["total", total]]);
}

/** What a person sees before typing the slug. */
export function purgeWarning(output: Output, { tenant, counts, total }: PurgePreview): string {
  const { slug, name, plan } = tenant;
  const title = output.colour.red.bold(`This deletes "${slug}" for good, with its audit log:`);
  const who = renderDetails(output, [
    { label: "Name", value: name },
    { label: "Plan", value: plan },
  ]);
  return `${title}\n\n${who}\n\n${countsTable(output, counts, total)}\n`;
}

export function purgeReceipt(output: Output, receipt: Receipt): string {
  const { sequence, accountId, slug, purgedAt, operator, keyId, signature, hash, counts, total } = receipt;
  const details = [
    { label: "Receipt", value: String(sequence) },
    { label: "Slug", value: slug },
    { label: "Account", value: accountId },
    { label: "Purged", value: purgedAt },
    { label: "Operator", value: operator },
    { label: "Hash", value: hash },
    { label: "Key", value: keyId },
    { label: "Signature", value: signature },
  ];
  // A dry run isn't signed.
  const known = details.filter(({ value }) => value !== null);
  return `${renderDetails(output, known)}\n\n${countsTable(output, counts, total)}`;
}

interface Due {
  readonly slug: string;
  readonly state: string;
  readonly rows: number | null;
  readonly detail: string | null;
}

/** One line a tenant that was due. */
export function duePurges(output: Output, { receipts, kept, dryRun }: PurgeDueResult): string {
  const rows: Due[] = [
    ...receipts.map(({ slug, total, sequence }) => ({
      slug,
      state: dryRun ? "due" : "purged",
      rows: total,
      detail: dryRun ? null : `receipt ${sequence}`,
    })),
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
