import type { ChalkInstance } from "chalk";
import type { Tenant } from "../../control-plane/tenant.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { type Column, renderTable } from "../table.js";

/** The state of a tenant in one word. */
function state({ status, suspension }: Tenant): string {
  return suspension === "read-only" ? "suspended (read-only)" : status;
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
  const { id, slug, name, contactEmail, plan, suspensionReason, suspendedAt, createdAt } = tenant;
  return renderDetails(output, [
    { label: "Slug", value: slug },
    { label: "Name", value: name },
    { label: "Id", value: id },
    { label: "Status", value: state(tenant), paint: paintState },
    ...(suspendedAt ? [{ label: "Suspended", value: suspendedAt }] : []),
    ...(suspensionReason ? [{ label: "Reason", value: suspensionReason }] : []),
    { label: "Plan", value: plan },
    { label: "Contact", value: contactEmail },
    { label: "Created", value: createdAt },
  ]);
}
