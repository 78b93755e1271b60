import type { ChangePreview } from "../../billing/change-billing.js";
import type { Invoice } from "../../billing/list-invoices.js";
import type { FinishedStep } from "../../billing/run-outbox.js";
import type { BillingOverview } from "../../billing/show-billing.js";
import type { Drift } from "../../billing/sync/drift.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { formatMoney } from "../money.js";
import { renderTable } from "../table.js";

export function billingDetails(output: Output, overview: BillingOverview): string {
  const { slug, plan, livemode, customer, subscription, status, paused, collectionMethod, periodStart, periodEnd } = overview;
  const { nextInvoice, paymentMethod, portal, waiting } = overview;
  const next = nextInvoice && `${formatMoney(nextInvoice.amount, nextInvoice.currency)}`;
  return renderDetails(output, [
    { label: "Slug", value: slug },
    { label: "Plan", value: plan },
    { label: "Mode", value: livemode ? "live" : "test" },
    { label: "Customer", value: customer ?? "none yet" },
    { label: "Subscription", value: subscription ?? "none" },
    { label: "Status", value: paused ? `${status} (paused)` : status },
    { label: "Paid by", value: collectionMethod === "send_invoice" ? "invoice" : collectionMethod && "card" },
    ...(periodStart && periodEnd
      ? [
          { label: "Period from", value: periodStart },
          { label: "Period until", value: periodEnd },
        ]
      : []),
    ...(next ? [{ label: "Next invoice", value: next }] : []),
    ...(nextInvoice?.at ? [{ label: "Next invoice at", value: nextInvoice.at }] : []),
    { label: "Card on file", value: paymentMethod ?? "none" },
    ...(portal ? [{ label: "Portal", value: portal }] : []),
    ...(waiting > 0 ? [{ label: "Waiting", value: `${waiting} steps for Stripe` }] : []),
  ]);
}

export function invoiceTable(output: Output, invoices: readonly Invoice[]): string {
  if (invoices.length === 0 && output.isTty) return "No invoices.";
  return renderTable(
    output,
    [
      { title: "NUMBER", value: ({ number, id }) => number ?? id },
      { title: "STATUS", value: ({ status }) => status },
      { title: "TOTAL", value: ({ total, currency }) => formatMoney(total, currency), align: "right" },
      { title: "PAID", value: ({ paid, currency }) => formatMoney(paid, currency), align: "right" },
      { title: "CREATED", value: ({ createdAt }) => createdAt },
      { title: "DUE", value: ({ dueAt }) => dueAt, canDrop: true },
      { title: "ID", value: ({ id }) => id, canDrop: true },
    ],
    invoices,
  );
}

/** What a change brings, before it is agreed to. */
export function changePreview(output: Output, { from, to, lines, prorated, next, prorationDate }: ChangePreview): string {
  const about = renderDetails(output, [
    { label: "From", value: from ?? "none" },
    { label: "To", value: to },
    ...(prorationDate === null ? [] : [{ label: "As of", value: new Date(prorationDate * 1000) }]),
    ...(prorated ? [{ label: "Prorated", value: formatMoney(prorated.amount, prorated.currency) }] : []),
    ...(next ? [{ label: "Next invoice", value: formatMoney(next.amount, next.currency) }] : []),
  ]);
  if (lines.length === 0) return about;
  const table = renderTable(
    output,
    [
      { title: "LINE", value: ({ description }) => description, canShrink: true },
      { title: "AMOUNT", value: ({ amount, currency }) => formatMoney(amount, currency), align: "right" },
    ],
    lines,
  );
  return `${about}\n\n${table}`;
}

export function stepTable(output: Output, steps: readonly FinishedStep[]): string {
  if (steps.length === 0 && output.isTty) return "Nothing was to be done at Stripe.";
  return renderTable(
    output,
    [
      { title: "STEP", value: ({ id }) => String(id) },
      { title: "WHAT", value: ({ kind }) => kind },
      {
        title: "OUTCOME",
        value: ({ outcome }) => outcome,
        paint: (text, colour) => (text === "done" ? colour.green(text) : colour.yellow(text)),
      },
      { title: "TENANT", value: ({ accountId }) => accountId, canDrop: true },
      { title: "MESSAGE", value: ({ message }) => message, canShrink: true },
    ],
    steps,
  );
}

export function driftTable(output: Output, drift: readonly Drift[]): string {
  if (drift.length === 0 && output.isTty) return "The database and Stripe agree.";
  return renderTable(
    output,
    [
      { title: "CLASS", value: (row) => row.class, paint: (text, colour) => colour.yellow(text) },
      { title: "TENANT", value: ({ slug, accountId }) => slug ?? accountId },
      { title: "OBJECT", value: ({ object }) => object },
      { title: "DATABASE", value: ({ inDatabase }) => inDatabase, canShrink: true },
      { title: "STRIPE", value: ({ atStripe }) => atStripe, canShrink: true },
    ],
    drift,
  );
}
