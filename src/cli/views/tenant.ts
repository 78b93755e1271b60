import type { ChalkInstance } from "chalk";
import type { Tenant } from "../../control-plane/tenant.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { type Column, renderTable } from "../table.js";

/** The state of a tenant in a word or two. */
function state({ status, suspension, heldAt }: Tenant): string {
  const said = status === "purge-scheduled" ? "purge scheduled" : status;
  const notes = [...(suspension === "read-only" ? ["read-only"] : []), ...(heldAt ? ["held"] : [])];
  return notes.length > 0 ? `${said} (${notes.join(", ")})` : said;
}

function paintState(text: string, colour: ChalkInstance): string {
  return text === "active" ? colour.green(text) : colour.yellow(text);
}

const COLUMNS: readonly Column<Tenant>[] = [
  { title: "SLUG", value: ({ slug }) => slug },
  { title: "NAME", value: ({ name }) => name, canShrink: true },
  { title: "STATUS", value: state, paint: paintState },
  { title: "PLAN", value: ({ plan }) => plan },
  { title: "CREATED", value: ({ createdAt }) => createdAt },
  { title: "ID", value: ({ id }) => id, canDrop: true, paint: (text, colour) => colour.dim(text) },
];

export function tenantTable(output: Output, tenants: readonly Tenant[]): string {
  if (tenants.length === 0 && output.isTty) return "No tenants.";
  return renderTable(output, COLUMNS, tenants);
}

export function tenantDetails(output: Output, tenant: Tenant): string {
  const { id, slug, name, contactEmail, plan, region, metadata, suspensionCause, suspensionReason, suspendedAt, createdAt } =
    tenant;
  const { heldAt, heldBy, holdReason, purgeAfter, purgeRequestedBy, purgeReason } = tenant;
  const nonpayment = suspensionCause === "nonpayment" ? " (non-payment)" : "";
  return renderDetails(output, [
    { label: "Slug", value: slug },
    { label: "Name", value: name },
    { label: "Id", value: id },
    { label: "Status", value: state(tenant), paint: paintState },
    ...(suspendedAt ? [{ label: "Suspended", value: suspendedAt }] : []),
    ...(suspensionReason ? [{ label: "Reason", value: `${suspensionReason}${nonpayment}` }] : []),
    ...(purgeAfter ? [{ label: "Purge after", value: purgeAfter }] : []),
    ...(purgeRequestedBy ? [{ label: "Asked for by", value: purgeRequestedBy }] : []),
    ...(purgeReason ? [{ label: "Purge reason", value: purgeReason }] : []),
    ...(heldAt ? [{ label: "Legal hold", value: `${holdReason} (${heldBy}, ${heldAt.toISOString().slice(0, 10)})` }] : []),
    { label: "Plan", value: plan },
    ...(region ? [{ label: "Region", value: region }] : []),
    ...Object.entries(metadata).map(([key, value]) => ({
      label: key,
      value: typeof value === "string" ? value : JSON.stringify(value),
    })),
    { label: "Contact", value: contactEmail },
    { label: "Created", value: createdAt },
  ]);
}
