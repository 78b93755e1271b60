import { createHash } from "node:crypto";

/**
 * The key of a step, the same in every process: a command that was killed and run again sends
 * the request again under it, and Stripe does it once. It must name all that the step depends on,
 * since Stripe refuses a key with other parameters, and for a day gives its old answer again.
 * @param step what is done: `plan.price`
 * @param parts what it is done to, in order
 */
export function idempotencyKey(step: string, parts: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return `azora:${step}:${digest.slice(0, 40)}`;
}
