import { createRequire } from "node:module";
import type { ClientBase } from "pg";
import type { Contender } from "./contender.js";
import { versionOf } from "./installed.js";
import { plantingSql, whilePlanted } from "./planting.js";

interface CheckModule {
  runCheck(url: string, config: { tenantTables: string[] }): Promise<{ results: Result[]; warnings: Result[] }>;
}

interface Result {
  readonly check: string;
  readonly passed: boolean;
}

/** They ask for its own bypass setting and trigger, which no table of azora's has, new ones included. */
const OWN_WAYS = /(bypass_rls in policy|set_tenant_id trigger)$/;

const PACKAGE = "@usebetterdev/tenant-cli";

/** `better-tenant check`, by its documented function. */
export async function tenantCli(client: ClientBase): Promise<Contender> {
  const { runCheck } = (await import(`${PACKAGE}/check`)) as CheckModule;
  const Pool = (createRequire(import.meta.url)("pg") as { Pool: { prototype: object } }).Pool;
  return {
    name: "tenant-cli check",
    version: versionOf(PACKAGE),
    setUp:
      "every table of the tenants' schema is named in `tenantTables`, renamed to what it expects: schema `public`, table `tenants`, column `tenant_id`. It is run as the runtime login, as it asks. Warnings count; its checks for its own bypass setting and trigger on each table don't, since azora has neither.",
    check: (fault) =>
      whilePlanted(client, plantingSql(fault), async () => {
        // It opens a pool of its own, which would not see the transaction.
        Object.assign(Pool.prototype, { query: client.query.bind(client), end: async () => undefined });
        const tenantTables = await tablesOf(client);
        await client.query("SET LOCAL ROLE authenticated");
        const { results, warnings } = await runCheck("postgresql://not-used", { tenantTables });
        return new Set([...results, ...warnings].flatMap(({ passed, check }) => (passed || OWN_WAYS.test(check) ? [] : [check])));
      }),
  };
}

async function tablesOf(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = to_regnamespace('public') AND relkind IN ('r', 'p') AND relname <> 'tenants' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
