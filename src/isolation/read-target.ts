import { readFile } from "node:fs/promises";
import { AzoraError } from "../errors.js";
import type { Exemption } from "./finding.js";
import type { Target } from "./target.js";

/**
 * Reads what a database is to be held against from a JSON file:
 *
 *     {
 *       "schemas": ["app"],                                      every table in them is a tenant table
 *       "accountColumn": "tenant_id",                            "account_id" when left out
 *       "accountColumns": { "app.members": "organisation_id" },  where one is called otherwise
 *       "accounts": { "table": "app.tenants", "key": "id" },
 *       "roles": { "runtime": ["app"], "control": ["support"], "owners": ["app_owner"] },
 *       "context": {
 *         "expressions": ["(current_setting('app.tenant_id'::text))::uuid"],   as pg_get_expr() prints them
 *         "enter": "SELECT set_config('app.tenant_id', $1, true)"              for the probes; null when left out
 *       },
 *       "guard": false,                                          azora's own is in the database
 *       "audit": false,                                          every write must be logged by a trigger
 *       "exemptions": [{ "object": "table app.countries", "rule": "outside-table", "reason": "the same for everybody" }]
 *     }
 *
 * Names of tables are qualified, and quoted where SQL wants that. An exemption without a rule is for all rules; a table
 * that is exempted so belongs to no tenant. `*` at the end of its object stands for any ending.
 * @throws AzoraError INVALID_INPUT naming the file and the key
 */
export async function readTarget(path: string): Promise<Target> {
  const fail = (what: string, cause?: unknown): never => {
    throw new AzoraError("INVALID_INPUT", `${path}: ${what}`, {
      hint: "The keys are described in the README, under `isolation:verify`.",
      cause,
    });
  };
  const text = await readFile(path, "utf8").catch((error: unknown) => fail("can't be read.", error));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`isn't JSON: ${error instanceof Error ? error.message : error}.`, error);
  }
  return parseTarget(value, fail);
}

type Fail = (what: string) => never;

function parseTarget(value: unknown, fail: Fail): Target {
  const root = record({ value, at: "the file", required: ["schemas", "accounts", "roles", "context"], optional: OPTIONAL, fail });
  const accounts = record({ value: root.accounts, at: "accounts", required: ["table", "key"], optional: [], fail });
  const roles = record({ value: root.roles, at: "roles", required: ["runtime", "owners"], optional: ["control"], fail });
  const context = record({ value: root.context, at: "context", required: ["expressions"], optional: ["enter"], fail });
  const columns = root.accountColumns ?? {};
  if (!isRecord(columns)) fail("accountColumns must be an object of column names by table.");
  const names = Object.entries(columns as Record<string, unknown>);
  return {
    schemas: texts(root.schemas, "schemas", { fail, least: 1 }),
    accountColumn: root.accountColumn === undefined ? "account_id" : oneText(root.accountColumn, "accountColumn", fail),
    accountColumns: Object.fromEntries(
      names.map(([table, column]) => [table, oneText(column, `accountColumns."${table}"`, fail)]),
    ),
    accounts: { table: oneText(accounts.table, "accounts.table", fail), key: oneText(accounts.key, "accounts.key", fail) },
    roles: {
      runtime: texts(roles.runtime, "roles.runtime", { fail, least: 1 }),
      control: texts(roles.control ?? [], "roles.control", { fail, least: 0 }),
      owners: texts(roles.owners, "roles.owners", { fail, least: 1 }),
    },
    context: {
      expressions: texts(context.expressions, "context.expressions", { fail, least: 1 }),
      enter: context.enter === undefined || context.enter === null ? null : oneText(context.enter, "context.enter", fail),
    },
    guard: flag(root.guard, "guard", fail),
    audit: flag(root.audit, "audit", fail),
    exemptions: exemptions(root.exemptions ?? [], fail),
    ...(root.connections === undefined ? {} : { connections: texts(root.connections, "connections", { fail, least: 0 }) }),
  };
}

const OPTIONAL: readonly string[] = ["accountColumn", "accountColumns", "guard", "audit", "exemptions", "connections"];

function exemptions(value: unknown, fail: Fail): readonly Exemption[] {
  if (!Array.isArray(value)) return fail("exemptions must be a list.");
  return value.map((each: unknown, index) => {
    const at = `exemptions[${index}]`;
    const { object, rule, reason } = record({ value: each, at, required: ["object", "reason"], optional: ["rule"], fail });
    const exemption = { object: oneText(object, `${at}.object`, fail), reason: oneText(reason, `${at}.reason`, fail) };
    return rule === undefined ? exemption : { ...exemption, rule: oneText(rule, `${at}.rule`, fail) };
  });
}

interface Shape {
  readonly value: unknown;
  readonly at: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly fail: Fail;
}

/** An object with these keys and no others: a key that is misspelt would leave something unchecked. */
function record({ value, at, required, optional, fail }: Shape): Record<string, unknown> {
  if (!isRecord(value)) return fail(`${at} must be an object.`);
  const missing = required.find((key) => value[key] === undefined);
  if (missing !== undefined) fail(`${at} lacks "${missing}".`);
  const known = [...required, ...optional];
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) fail(`${at} has an unknown key "${unknown}"; known are ${known.join(", ")}.`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function oneText(value: unknown, at: string, fail: Fail): string {
  return typeof value === "string" && value.trim() !== "" ? value : fail(`${at} must be a text that isn't empty.`);
}

function texts(value: unknown, at: string, { fail, least }: { readonly fail: Fail; readonly least: number }): readonly string[] {
  if (!Array.isArray(value) || value.length < least) return fail(`${at} must be a list${least > 0 ? " that isn't empty" : ""}.`);
  return value.map((each: unknown, index) => oneText(each, `${at}[${index}]`, fail));
}

function flag(value: unknown, at: string, fail: Fail): boolean {
  if (value === undefined) return false;
  return typeof value === "boolean" ? value : fail(`${at} must be true or false.`);
}
