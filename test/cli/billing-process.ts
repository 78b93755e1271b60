import type { RunningStripe } from "../stripe/start.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import type { World } from "../support/world.js";

export const WEBHOOK_SECRET = "whsec_process";

/** What a process is told that bills for a world on a server, by default in the name of a vendor admin. */
export function billingEnvironment(
  world: World,
  { key, url }: Pick<RunningStripe, "key" | "url">,
  operator = OPERATORS["vendor-admin"],
) {
  const { serverUrl, password, signingKey } = world.prepared;
  return {
    AZORA_CONTROL_URL: urlsOf(serverUrl, world.place, password, operator).control,
    AZORA_SIGNING_KEY: `${signingKey.id}:${signingKey.privateKey}`,
    STRIPE_API_KEY: key,
    STRIPE_API_BASE: url,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  };
}
