import type { Billing } from "../connection.js";
import { readMetadata } from "../metadata.js";
import type { Drift } from "./drift.js";
import { slugsOf, waitingAccounts } from "./known.js";
import { customerPages } from "./lists.js";
import { Seen } from "./seen.js";

const PAGE = 500;

/** Drift of customers, in both directions. One of a purged tenant is no drift: it isn't billed, and may be kept on purpose. */
export async function* customerDrift(billing: Billing, installation: string): AsyncGenerator<Drift> {
  const { client } = billing.control;
  const seen = new Seen();
  for await (const page of customerPages(billing)) {
    const ours = page.flatMap(({ id, metadata }) => {
      const said = readMetadata(metadata);
      return said?.installationId === installation ? [{ id, accountId: said.accountId }] : [];
    });
    // Before the database is asked what it knows: what a step makes meanwhile is known then, or its step was seen.
    const waiting = await waitingAccounts(
      billing,
      ours.map(({ accountId }) => accountId),
    );
    const known = await client.stripeCustomer.findMany({
      where: { stripeId: { in: page.map(({ id }) => id) } },
      select: { stripeId: true },
    });
    const ids = new Set(known.map(({ stripeId }) => stripeId));
    for (const id of ids) seen.add(id);
    const strange = ours.filter(({ id, accountId }) => !ids.has(id) && !waiting.has(accountId));
    const slugs = await slugsOf(
      billing,
      strange.map(({ accountId }) => accountId),
    );
    for (const { id, accountId } of strange) {
      const slug = slugs.get(accountId);
      if (slug !== undefined) yield { class: "orphaned", accountId, slug, object: id, inDatabase: null, atStripe: "customer" };
    }
  }
  for await (const { stripeId } of knownCustomers(billing)) seen.expect(stripeId);
  for await (const { stripeId, accountId, slug } of knownCustomers(billing)) {
    if (!seen.mayLack(stripeId)) continue;
    const found = await billing.stripe.read("read the customer", (api) => api.customers.retrieve(stripeId)).catch(isMissing);
    if (found && !found.deleted) continue;
    if ((await waitingAccounts(billing, [accountId])).has(accountId)) continue;
    yield { class: "missing", accountId, slug, object: stripeId, inDatabase: "customer", atStripe: null };
  }
}

function isMissing(error: { readonly code?: string }): undefined {
  if (error.code !== "NOT_FOUND") throw error;
  return undefined;
}

async function* knownCustomers({ control }: Billing): AsyncGenerator<{ stripeId: string; accountId: string; slug: string }> {
  for (let after: string | undefined; ; ) {
    const rows = await control.client.stripeCustomer.findMany({
      where: after === undefined ? {} : { accountId: { gt: after } },
      select: { stripeId: true, accountId: true, account: { select: { slug: true } } },
      orderBy: { accountId: "asc" },
      take: PAGE,
    });
    for (const { account, ...row } of rows) yield { ...row, slug: account.slug };
    after = rows.at(-1)?.accountId;
    if (rows.length < PAGE || after === undefined) return;
  }
}
