import type Stripe from "stripe";
import { type Call, route } from "../http/router.js";
import type { World } from "../world/world.js";

/** What a key can be tried on: whose it is, and the balance. */
export const accountRoutes = [
  route("GET /v1/account", "", ({ world }: Call<object>) => account(world)),
  route("GET /v1/balance", "", ({ world }: Call<object>) => balance(world)),
];

function account({ accountId }: World): Stripe.Account {
  return {
    id: accountId,
    object: "account",
    charges_enabled: true,
    country: "US",
    default_currency: "usd",
    details_submitted: true,
    email: null,
    metadata: {},
    payouts_enabled: true,
    type: "standard",
  };
}

/** All that was charged, by currency, as pending: nothing is paid out here. */
function balance(world: World): Stripe.Balance {
  const sums = new Map<string, number>([["usd", 0]]);
  for (const { currency, amount_captured: amount } of world.store.all("charge"))
    sums.set(currency, (sums.get(currency) ?? 0) + amount);
  const entries = [...sums].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
  return {
    object: "balance",
    available: entries.map((entry) => ({ ...entry, amount: 0, source_types: { card: 0 } })),
    livemode: world.livemode,
    pending: entries,
  };
}
