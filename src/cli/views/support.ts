import type { OperatorGrant, SupportReading, SupportRow } from "../../control-plane/support.js";
import type { SupportGrant } from "../../support-grant.js";
import type { Cell } from "../cell.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { type Column, renderTable } from "../table.js";

function state({ revokedAt, expiresAt }: SupportGrant): string {
  if (revokedAt) return "revoked";
  return expiresAt <= new Date() ? "ended" : "open";
}

const tablesOf = ({ tables }: SupportGrant) => tables?.join(", ") ?? "all";

const COLUMNS: readonly Column<SupportGrant>[] = [
  { title: "OPERATOR", value: ({ operator }) => operator },
  { title: "STATE", value: state, paint: (text, colour) => (text === "open" ? colour.yellow(text) : colour.dim(text)) },
  { title: "SCOPE", value: ({ scope }) => scope, canDrop: true },
  { title: "TABLES", value: tablesOf, canShrink: true },
  { title: "UNTIL", value: ({ revokedAt, expiresAt }) => revokedAt ?? expiresAt },
  { title: "REASON", value: ({ reason }) => reason, canShrink: true },
  { title: "BY", value: ({ grantedBy }) => grantedBy, canDrop: true },
  { title: "ID", value: ({ id }) => id },
];

export function supportGrantTable(output: Output, grants: readonly SupportGrant[]): string {
  if (grants.length === 0 && output.isTty) return "Nobody was let in.";
  return renderTable(output, COLUMNS, grants);
}

/** The same over all tenants. */
export function operatorGrantTable(output: Output, grants: readonly OperatorGrant[]): string {
  if (grants.length === 0 && output.isTty) return "No tenant has let anybody in.";
  return renderTable<OperatorGrant>(output, [{ title: "TENANT", value: ({ accountSlug }) => accountSlug }, ...COLUMNS], grants);
}

export function supportGrantDetails(output: Output, grant: SupportGrant): string {
  const { id, operator, scope, reason, grantedBy, grantedAt, expiresAt, revokedAt, revokedBy } = grant;
  return renderDetails(output, [
    { label: "Id", value: id },
    { label: "Operator", value: operator },
    { label: "State", value: state(grant) },
    { label: "Scope", value: scope },
    { label: "Tables", value: tablesOf(grant) },
    { label: "Reason", value: reason },
    { label: "Granted", value: grantedAt },
    { label: "By", value: grantedBy },
    { label: "Until", value: expiresAt },
    ...(revokedAt ? [{ label: "Revoked", value: revokedAt }] : []),
    ...(revokedBy === null ? [] : [{ label: "Revoked by", value: revokedBy }]),
  ]);
}

export function supportRows(output: Output, { rows }: SupportReading): string {
  if (rows.length === 0 && output.isTty) return "No rows.";
  const names = Object.keys(rows[0]?.values ?? {});
  return renderTable<SupportRow>(
    output,
    names.map((name) => ({ title: name, value: ({ values }) => cellOf(values[name]), canShrink: true })),
    rows,
  );
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined || typeof value === "string" || typeof value === "boolean") return value;
  return JSON.stringify(value);
}
