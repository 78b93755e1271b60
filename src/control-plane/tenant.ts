import type { Account, AccountStatus, Plan, Subscription } from "../generated/control/client.js";

/** Where in its life a tenant is; part of the public JSON. */
export type TenantStatus = "provisioning" | "active" | "suspended" | "purge-scheduled" | "purging";

/** A tenant as the control plane knows it; part of the public JSON of every tenant command. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly contactEmail: string;
  readonly status: TenantStatus;
  readonly region: string | null;
  /** Whatever the vendor keeps with a tenant; not the tenant's to see. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How far a suspension goes; null while active. */
  readonly suspension: "full" | "read-only" | null;
  /** Whose suspension it is: one for non-payment is billing's to end. */
  readonly suspensionCause: "operator" | "nonpayment" | null;
  readonly suspensionReason: string | null;
  readonly suspendedAt: Date | null;
  /** Since when a legal hold keeps it from being purged; null without one. */
  readonly heldAt: Date | null;
  readonly heldBy: string | null;
  readonly holdReason: string | null;
  /** From when on a scheduled purge is due; null when none is scheduled. */
  readonly purgeAfter: Date | null;
  readonly purgeRequestedBy: string | null;
  readonly purgeReason: string | null;
  /** The plan's code; null without a subscription. */
  readonly plan: string | null;
  readonly createdAt: Date;
}

/** What a query must select for `toTenant`: columns that every operator may read. */
export const TENANT_SELECTION = {
  id: true,
  slug: true,
  name: true,
  contactEmail: true,
  status: true,
  region: true,
  metadata: true,
  suspension: true,
  suspensionCause: true,
  suspensionReason: true,
  suspendedAt: true,
  heldAt: true,
  heldBy: true,
  holdReason: true,
  purgeAfter: true,
  purgeRequestedBy: true,
  purgeReason: true,
  createdAt: true,
  subscription: { select: { plan: { select: { code: true } } } },
} as const;

type TenantRow = Omit<Account, "updatedAt"> & {
  readonly subscription: (Partial<Subscription> & { readonly plan: Pick<Plan, "code"> }) | null;
};

/** Turns a row into what the commands print. */
export function toTenant({ subscription, suspension, status, metadata, ...account }: TenantRow): Tenant {
  return {
    ...account,
    status: fromDatabase(status),
    metadata: metadata as Record<string, unknown>,
    suspension: suspension === "read_only" ? "read-only" : suspension,
    plan: subscription?.plan.code ?? null,
  };
}

function fromDatabase(status: AccountStatus): TenantStatus {
  return status === "purge_scheduled" ? "purge-scheduled" : status;
}

/** The status as the database writes it. */
export function toDatabase(status: TenantStatus): AccountStatus {
  return status === "purge-scheduled" ? "purge_scheduled" : status;
}
