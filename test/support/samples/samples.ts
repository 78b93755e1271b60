import { readFile } from "node:fs/promises";
import type { GuardInput } from "../../../src/installation/guard/scope.js";
import type { World } from "../world.js";

/** A schema that was not written for azora, and what its owner would say about it. */
export interface Sample {
  readonly name: "webshop" | "crm";
  readonly input: GuardInput;
  /** Its tables as they are qualified, with the account's column that each will have. */
  readonly tables: Readonly<Record<string, string>>;
  readonly shared: string;
  /** The model field that holds the account under guard. */
  readonly accountField: string;
  /** Selects the ids of its accounts once it is under guard, in its own order. */
  readonly accountIds: string;
}

const NOTHING_SAID: GuardInput = {
  schemas: [],
  tables: [],
  accountsTable: undefined,
  accountsKey: undefined,
  accountColumn: undefined,
  exclude: {},
};

export const WEBSHOP: Sample = {
  name: "webshop",
  input: { ...NOTHING_SAID, accountsTable: "shops", exclude: { countries: "the same for every shop" } },
  tables: Object.fromEntries(
    ["categories", "customers", "order_lines", "orders", "product_categories", "products", "shops"].map((name) => [
      `public.${name}`,
      "account_id",
    ]),
  ),
  shared: "public.countries",
  accountField: "accountId",
  accountIds: "SELECT s.account_id AS id FROM public.shops s ORDER BY s.id",
};

export const CRM: Sample = {
  name: "crm",
  input: { ...NOTHING_SAID, accountsTable: "crm.organizations", exclude: { "crm.currencies": "the same for everybody" } },
  tables: {
    ...Object.fromEntries(
      ['crm."DealTag"', "crm.companies", "crm.deals", "crm.notes", "crm.tags", "crm.users"].map((name) => [
        name,
        "organization_id",
      ]),
    ),
    "crm.organizations": "id",
  },
  shared: "crm.currencies",
  accountField: "organizationId",
  accountIds: "SELECT id FROM crm.organizations ORDER BY slug",
};

export const SAMPLES = [WEBSHOP, CRM] as const;

/** Where its SQL and its two Prisma schemas are: as it was, and as it is under guard. */
export function directoryOf(sample: Sample): URL {
  return new URL(`${sample.name}/`, import.meta.url);
}

/** Makes a sample's schema with its rows, as its owner had it. */
export async function load(world: World, sample: Sample): Promise<void> {
  await world.owner.query(await readFile(new URL("schema.sql", directoryOf(sample)), "utf8"));
}
