import type { BillingOutcome } from "../installation/settle-billing.js";

/** What became of a change at Stripe, in a sentence; undefined where nothing was asked. */
export function billingSentence({ state, waiting, message }: BillingOutcome): string | undefined {
  if (state === "none") return undefined;
  if (state === "done") return "Stripe has it too.";
  const why = message ? `: ${message}` : ".";
  if (state === "failed") return `Stripe refused it${why} \`azora billing:run --retry\` tries again.`;
  return `${waiting} ${waiting === 1 ? "step waits" : "steps wait"} for Stripe${why} \`azora billing:run\` goes on.`;
}
