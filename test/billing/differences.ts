import type Stripe from "stripe";
import type { Billed } from "./billed.js";

interface Row {
  readonly slug: string;
  readonly stripe_id: string;
  readonly seen: Readonly<Record<string, unknown>>;
}

/**
 * In what database and Stripe differ, column by column, seen by neither's code: the database by the
 * superuser, Stripe by its own API. Empty when they agree.
 */
export async function differences({ world, api }: Pick<Billed, "world" | "api">): Promise<string[]> {
  const rows = await world.look<Row>(`
    SELECT a.slug, s.stripe_id, jsonb_build_object('status', s.status, 'item', s.stripe_item_id, 'price', s.stripe_price_id,
      'collection', s.collection_method, 'start', extract(epoch FROM s.current_period_start)::bigint,
      'end', extract(epoch FROM s.current_period_end)::bigint, 'cancelAt', extract(epoch FROM s.cancel_at)::bigint,
      'canceledAt', extract(epoch FROM s.canceled_at)::bigint, 'paused', s.paused_at IS NOT NULL) AS seen
    FROM control.subscriptions s JOIN control.accounts a ON a.id = s.account_id WHERE s.stripe_id IS NOT NULL ORDER BY a.slug`);
  const found = await Promise.all(
    rows.map(async ({ slug, stripe_id, seen }) => {
      const real = factsOf(await api.subscriptions.retrieve(stripe_id));
      return Object.entries(real).flatMap(([name, value]) =>
        seen[name] === value
          ? []
          : [`${slug}: ${name} is ${JSON.stringify(value)} at Stripe and ${JSON.stringify(seen[name])} here`],
      );
    }),
  );
  return found.flat();
}

function factsOf({ status, items, collection_method, cancel_at, canceled_at, pause_collection }: Stripe.Subscription) {
  const [item] = items.data;
  return {
    status,
    item: item?.id ?? null,
    price: item?.price.id ?? null,
    collection: collection_method,
    start: item?.current_period_start ?? null,
    end: item?.current_period_end ?? null,
    cancelAt: cancel_at,
    canceledAt: canceled_at,
    paused: pause_collection !== null,
  };
}

/** What a forger's events begin with, in these tests. */
export const FORGED = "evt_forged";

/** Events that are written down and that Stripe never sent. */
export async function forgedEvents({ world }: Pick<Billed, "world">): Promise<string[]> {
  const rows = await world.look<{ id: string }>("SELECT id FROM control.stripe_events WHERE starts_with(id, $1)", FORGED);
  return rows.map(({ id }) => `${id} is no event of Stripe's`);
}
