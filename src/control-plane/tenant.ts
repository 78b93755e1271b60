import type { Account, Plan, Subscription } from "../generated/control/client.js";

/** A tenant as the control plane knows it; part of the public JSON of every tenant command. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly contactEmail: string;
  readonly status: "active" | "suspended" | "purging";
  /** How far a suspension goes; null while active. */
  readonly suspension: "full" | "read-only" | null;
  readonly suspensionReason: string | null;
  readonly suspendedAt: Date | null;
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
  suspension: true,
  suspensionReason: true,
  suspendedAt: true,
  createdAt: true,
  subscription: { select: { plan: { select: { code: true } } } },
} as const;

type TenantRow = Pick<
  Account,
  "id" | "slug" | "name" | "contactEmail" | "status" | "suspension" | "suspensionReason" | "suspendedAt" | "createdAt"
> & { readonly subscription: (Partial<Subscription> & { readonly plan: Pick<Plan, "code"> }) | null };

/** Turns a row into what the commands print. */
export function toTenant({ subscription, suspension, ...account }: TenantRow): Tenant {
  return {
    ...account,
    suspension: suspension === "read_only" ? "read-only" : suspension,
    plan: subscription?.plan.code ?? null,
  };
}
