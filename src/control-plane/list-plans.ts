import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { type Plan, toPlan } from "./plan.js";

/**
 * Lists the plans, cheapest first.
 * @throws AzoraError NOT_PERMITTED
 */
export async function listPlans(
  connection: ControlConnection,
  { archived = false }: { readonly archived?: boolean } = {},
): Promise<readonly Plan[]> {
  const rows = await attempt(connection, { action: "plan.list" }, () =>
    connection.client.plan.findMany({
      where: archived ? {} : { archivedAt: null },
      orderBy: [{ priceMinor: "asc" }, { code: "asc" }],
    }),
  );
  return rows.map(toPlan);
}
