import { readFile } from "node:fs/promises";
import { AzoraError } from "../errors.js";
import type { Exemption } from "./finding.js";
import { JsonPart } from "./json-part.js";
import type { Target } from "./target.js";

const HINT = "The keys are described in docs/isolation.md, under `What a target says`.";

/**
 * Reads what a database is to be held against from a JSON file:
 *
 *     {
 *       "schemas": ["app"],                                      every table in them is a tenant table
 *       "accountColumn": "tenant_id",                            "account_id" when left out
 *       "accountColumns": { "app.members": "organisation_id" },  where one is called otherwise
 *       "accounts": { "table": "app.tenants", "key": "id" },
 *       "roles": {
 *         "runtime": ["app"], "control": ["support"], "owners": ["app_owner"],
 *         "registrars": []                                       those of the owners that make logins
 *       },
 *       "context": {
 *         "expressions": ["(current_setting('app.tenant_id'::text))::uuid"],   as pg_get_expr() prints them
 *         "enter": "SELECT set_config('app.tenant_id', $1, true)"              for the probes; null when left out
 *       },
 *       "guard": false,                                          azora's own is in the database
 *       "audit": false,                                          every write must be logged by a trigger
 *       "exemptions": [{ "object": "table app.countries", "rule": "outside-table", "reason": "the same for everybody" }],
 *       "samples": { "app.items": { "sku": ["ABC/12"] } },       values for synthetic rows, where none can be found
 *       "connections": ["src/database/**"]                       source files that may open connections
 *     }
 *
 * Names of tables are qualified, and quoted where SQL wants that. An exemption without a rule is for all rules; a table
 * that is exempted so belongs to no tenant. `*` at the end of its object stands for any ending.
 * @throws AzoraError INVALID_INPUT naming the file, the line and the key
 */
export async function readTarget(path: string): Promise<Target> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AzoraError("INVALID_INPUT", `${path}: can't be read.`, { hint: HINT, cause });
  });
  return targetOf(JsonPart.parse(text, { path, hint: HINT }));
}

function targetOf(file: JsonPart): Target {
  const { schemas, accounts, roles, context, ...more } = file.object({
    required: ["schemas", "accounts", "roles", "context"],
    optional: ["accountColumn", "accountColumns", "guard", "audit", "exemptions", "samples", "connections"],
  });
  return {
    schemas: schemas.texts({ least: 1 }),
    accountColumn: more.accountColumn?.text() ?? "account_id",
    accountColumns: mapped(more.accountColumns, (column) => column.text()),
    accounts: accountsOf(accounts),
    roles: rolesOf(roles),
    context: contextOf(context),
    guard: more.guard?.flag() ?? false,
    audit: more.audit?.flag() ?? false,
    exemptions: more.exemptions?.list().map(exemptionOf) ?? [],
    ...(more.samples && { samples: mapped(more.samples, (table) => mapped(table, (values) => values.texts({ least: 1 }))) }),
    ...(more.connections && { connections: more.connections.texts() }),
  };
}

function accountsOf(part: JsonPart): Target["accounts"] {
  const { table, key } = part.object({ required: ["table", "key"] });
  return { table: table.text(), key: key.text() };
}

function rolesOf(part: JsonPart): Target["roles"] {
  const { runtime, control, owners, registrars } = part.object({
    required: ["runtime", "owners"],
    optional: ["control", "registrars"],
  });
  return {
    runtime: runtime.texts({ least: 1 }),
    control: control?.texts() ?? [],
    owners: owners.texts({ least: 1 }),
    ...(registrars && { registrars: registrars.texts() }),
  };
}

function contextOf(part: JsonPart): Target["context"] {
  const { expressions, enter } = part.object({ required: ["expressions"], optional: ["enter"] });
  return { expressions: expressions.texts({ least: 1 }), enter: enter === undefined || enter.isNull ? null : enter.text() };
}

function exemptionOf(part: JsonPart): Exemption {
  const { object, rule, reason } = part.object({ required: ["object", "reason"], optional: ["rule"] });
  return { object: object.text(), reason: reason.text(), ...(rule && { rule: rule.text() }) };
}

function mapped<Value>(part: JsonPart | undefined, read: (each: JsonPart) => Value): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(part?.entries() ?? {}).map(([name, each]) => [name, read(each)]));
}
