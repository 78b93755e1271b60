import type { EnforceResult } from "../../billing/enforcement/enforce-billing.js";
import type { OwingTenant } from "../../billing/enforcement/nonpayment.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

interface Line {
  readonly slug: string;
  readonly state: string;
  readonly owing?: OwingTenant;
}

/** One line a tenant that owes, or that did. */
export function enforcement(output: Output, { steps, waiting, paid, unclear, dryRun, tooMany }: EnforceResult): string {
  const would = dryRun || tooMany ? "due: " : "";
  const lines: Line[] = [
    ...steps.map((owing) => ({ slug: owing.slug, state: `${would}${owing.step}`, owing })),
    ...waiting.map((owing) => ({ slug: owing.slug, state: owing.step ? `waits for ${owing.step}` : "suspended", owing })),
    ...paid.map((slug) => ({ slug, state: "paid" })),
    ...unclear.map((slug) => ({ slug, state: "unknown to Stripe" })),
  ];
  if (lines.length === 0 && output.isTty) return "Nobody owes anything.";
  return renderTable(
    output,
    [
      { title: "SLUG", value: ({ slug }) => slug },
      { title: "STATE", value: ({ state }) => state },
      { title: "PAST DUE SINCE", value: ({ owing }) => owing?.pastDueSince },
      { title: "STEP DUE", value: ({ owing }) => owing?.dueAt },
    ],
    lines,
  );
}
