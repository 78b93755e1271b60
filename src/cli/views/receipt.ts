import type { ChainCheck } from "../../control-plane/check-links.js";
import type { Receipt } from "../../control-plane/receipt.js";
import { type Detail, renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { type Column, renderTable } from "../table.js";

type Row = readonly [table: string, rows: number];

const COUNTS: readonly Column<Row>[] = [
  { title: "TABLE", value: ([table]) => table },
  { title: "ROWS", value: ([, rows]) => rows, align: "right" },
];

export function countsTable(output: Output, counts: Readonly<Record<string, number>>, total: number): string {
  const rows = Object.entries(counts).sort(([one], [other]) => one.localeCompare(other));
  return renderTable(output, COUNTS, [...rows, ["total", total]]);
}

/** What a receipt is worth as it stands, in a few words. */
export function receiptState({ complete, pending, signature, outsideStores }: Receipt): string {
  if (signature === null) return "not signed: deleted by hand";
  if (outsideStores === null) return "nobody said what became of outside stores";
  return complete ? "complete" : `pending: ${pending.join(", ")}`;
}

export function receiptDetails(output: Output, receipt: Receipt): string {
  const { sequence, accountId, slug, reason, requestedBy, requestedAt, approvedBy, purgedAt, operator } = receipt;
  const { backupsUntil, unread, toolVersion, keyId, signature, hash, previousHash, counts, total } = receipt;
  const details: Detail[] = [
    { label: "Receipt", value: String(sequence) },
    { label: "State", value: receiptState(receipt) },
    { label: "Slug", value: slug },
    { label: "Account", value: accountId },
    { label: "Purged", value: purgedAt },
    { label: "Reason", value: reason },
    { label: "Requested", value: requestedAt ? `${requestedBy}, ${requestedAt.toISOString()}` : requestedBy },
    { label: "Approved", value: approvedBy.map(({ operator: who, at }) => `${who}, ${at.toISOString()}`).join("; ") || null },
    { label: "Operator", value: operator },
    { label: "Outside", value: storesText(receipt) },
    { label: "Backups until", value: backupsUntil },
    { label: "Not looked into", value: unread.join(", ") || null },
    { label: "azora", value: toolVersion },
    { label: "Hash", value: hash },
    { label: "Hash before", value: previousHash },
    { label: "Key", value: keyId },
    { label: "Signature", value: signature },
  ];
  const known = details.filter(({ value }) => value !== null);
  return `${renderDetails(output, known)}\n\n${countsTable(output, counts, total)}`;
}

function storesText({ outsideStores, addenda }: Receipt): string | null {
  if (outsideStores === null) return null;
  const texts = outsideStores.map(({ name, state, reference }) => {
    const later = addenda.find(({ store }) => store === name);
    const since = later && `, ${later.how} by ${later.operator} on ${later.statedAt.toISOString()} (addendum ${later.sequence})`;
    return `${name}: ${state}${reference === null ? "" : ` (${reference})`}${since ?? ""}`;
  });
  return texts.join("; ");
}

const LIST: readonly Column<Receipt>[] = [
  { title: "RECEIPT", value: ({ sequence }) => sequence, align: "right" },
  { title: "SLUG", value: ({ slug }) => slug },
  { title: "PURGED", value: ({ purgedAt }) => purgedAt },
  { title: "ROWS", value: ({ total }) => total, align: "right" },
  { title: "OPERATOR", value: ({ operator }) => operator },
  { title: "STATE", value: receiptState, canShrink: true },
  { title: "ACCOUNT", value: ({ accountId }) => accountId, canDrop: true },
];

export function receiptTable(output: Output, receipts: readonly Receipt[]): string {
  if (receipts.length === 0 && output.isTty) return "No tenant was purged yet.";
  return renderTable(output, LIST, receipts);
}

/** What was held against what, and each thing that doesn't hold. */
export function chainCheck(output: Output, { problems, receipts, addenda, first, last }: ChainCheck): string {
  const details = renderDetails(output, [
    { label: "Receipts", value: receipts },
    { label: "Addenda", value: addenda },
    { label: "Numbers", value: first === null ? "none" : `${first} to ${last}` },
    { label: "Problems", value: problems.length },
  ]);
  if (problems.length === 0) return details;
  const columns: readonly Column<(typeof problems)[number]>[] = [
    { title: "RECEIPT", value: ({ sequence }) => sequence, align: "right" },
    { title: "PROBLEM", value: ({ what }) => what, canShrink: true },
  ];
  return `${details}\n\n${renderTable(output, columns, problems)}`;
}
