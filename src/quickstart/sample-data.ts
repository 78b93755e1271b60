import { readFileSync } from "node:fs";
import { ROOT } from "../root.js";

/** One tenant of the sample data, as prisma/sample-data/*.json holds it; references by number or e-mail. */
export interface SampleTenant {
  readonly slug: string;
  readonly name: string;
  readonly about: string;
  readonly plan: string;
  /** E-mail of the first user. */
  readonly owner: string;
  readonly roles: readonly { readonly name: string; readonly description: string; readonly permissions: readonly string[] }[];
  readonly users: readonly { readonly name: string; readonly email: string; readonly roles: readonly string[] }[];
  readonly documents: readonly SampleDocument[];
  /** Limits by product: a result is what was measured, held against these. */
  readonly specifications: Readonly<Record<string, SampleSpecification>>;
  readonly batches: readonly SampleBatch[];
  readonly nonconformances: readonly SampleNonconformance[];
}

export interface SampleDocument {
  readonly number: string;
  readonly title: string;
  readonly status: "draft" | "in_review" | "effective" | "obsolete";
  readonly owner: string;
  readonly revisions: readonly {
    readonly revision: number;
    readonly summary: string;
    readonly body?: string;
    readonly author: string;
    readonly effectiveOn: string | null;
  }[];
}

export interface SampleSpecification {
  /** The document that sets the limits. */
  readonly document: string;
  /** What the product is counted in. */
  readonly unit: string;
  readonly parameters: Readonly<Record<string, SampleLimits>>;
}

export interface SampleLimits {
  readonly unit: string;
  readonly lower?: number;
  readonly upper?: number;
}

export interface SampleBatch {
  readonly number: string;
  readonly product: string;
  readonly status: "in_production" | "quarantined" | "released" | "rejected";
  readonly quantity: number;
  readonly producedOn: string;
  readonly tests: readonly { readonly by: string; readonly at: string; readonly results: Readonly<Record<string, number>> }[];
}

export interface SampleNonconformance {
  readonly number: string;
  readonly title: string;
  readonly description: string;
  readonly severity: "minor" | "major" | "critical";
  readonly status: "open" | "investigating" | "closed";
  readonly batch: string | null;
  readonly document: string | null;
  readonly reportedBy: string;
  readonly createdAt: string;
  readonly closedAt: string | null;
  readonly actions: readonly {
    readonly title: string;
    readonly assignee: string;
    readonly status: "planned" | "in_progress" | "verified";
    readonly dueOn: string;
    readonly verifiedAt: string | null;
  }[];
}

/** The sample tenants, by the part they play in the quickstart. */
export function readSampleTenants(): { a: SampleTenant; b: SampleTenant; c: SampleTenant } {
  return { a: read("brennholt-medical"), b: read("cathodia-labs"), c: read("kaasmeer-enzymes") };
}

function read(slug: string): SampleTenant {
  return JSON.parse(readFileSync(new URL(`prisma/sample-data/${slug}.json`, ROOT), "utf8")) as SampleTenant;
}

/** Whether a value is within its limits; a limit itself is. */
export function isWithin(value: number, { lower, upper }: SampleLimits): boolean {
  return value >= (lower ?? Number.NEGATIVE_INFINITY) && value <= (upper ?? Number.POSITIVE_INFINITY);
}
