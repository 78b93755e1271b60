import type Stripe from "stripe";
import { need, type Step } from "./step.js";

/** What azora writes on customers and subscriptions, so that it finds them again and leaves everybody else's alone. */
export interface OurMetadata {
  readonly accountId: string;
  readonly installationId: string;
}

/** For an object that a step makes: whose it is, and which step made it. */
export function metadataFor(step: Step): Stripe.MetadataParam {
  return { azora_account: need(step, "account"), azora_installation: step.request.installation, azora_step: step.idempotencyKey };
}

/** Whether the object was made by this step, at an attempt of which nobody heard the end. */
export function isMadeBy({ metadata }: { readonly metadata: Stripe.Metadata }, { idempotencyKey }: Step): boolean {
  // The key's last number counts keys, and a step may have had several.
  return metadata.azora_step !== undefined && stepOf(metadata.azora_step) === stepOf(idempotencyKey);
}

/** @returns undefined for what isn't azora's */
export function readMetadata({
  azora_account: accountId,
  azora_installation: installationId,
}: Stripe.Metadata): OurMetadata | undefined {
  return accountId && installationId ? { accountId, installationId } : undefined;
}

function stepOf(key: string): string {
  return key.slice(0, key.lastIndexOf("-"));
}
