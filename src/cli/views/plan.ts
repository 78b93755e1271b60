import type { Plan } from "../../control-plane/plan.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { formatMoney } from "../money.js";
import { type Column, renderTable } from "../table.js";

const price = ({ amount, currency }: Plan) => formatMoney(amount, currency);

const COLUMNS: readonly Column<Plan>[] = [
  { title: "CODE", value: ({ code }) => code },
  { title: "NAME", value: ({ name }) => name, canShrink: true },
  { title: "PRICE", value: price, align: "right" },
  { title: "EVERY", value: ({ interval }) => interval },
  { title: "TRIAL", value: ({ trialDays }) => (trialDays > 0 ? `${trialDays} d` : null) },
  { title: "STRIPE PRICE", value: ({ stripePrice }) => stripePrice, canDrop: true },
  { title: "ARCHIVED", value: ({ archivedAt }) => archivedAt, canDrop: true },
];

export function planTable(output: Output, plans: readonly Plan[]): string {
  return renderTable(output, COLUMNS, plans);
}

export function planDetails(output: Output, plan: Plan): string {
  const { code, name, interval, trialDays, stripePrice, archivedAt } = plan;
  return renderDetails(output, [
    { label: "Code", value: code },
    { label: "Name", value: name },
    { label: "Price", value: `${price(plan)} a ${interval}` },
    ...(trialDays > 0 ? [{ label: "Trial", value: `${trialDays} days` }] : []),
    ...(stripePrice ? [{ label: "Stripe price", value: stripePrice }] : []),
    ...(archivedAt ? [{ label: "Archived", value: archivedAt }] : []),
  ]);
}
