import type { Relation, Trigger } from "../catalog/catalog.js";
import { codeOf } from "../function-text.js";
import { bareName, functionsByName } from "../functions.js";
import { SHIPPED } from "../guard/shipped.js";
import { objectOf, quoteIdentifier } from "../names.js";
import { planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { relationsByName, tenantTables } from "../tenancy.js";
import { tenantViews } from "../views.js";

/** PostgreSQL's own that only change the row they are given. */
const HARMLESS: readonly string[] = [
  "suppress_redundant_updates_trigger()",
  "tsvector_update_trigger()",
  "tsvector_update_trigger_column()",
];

/** What the guard lets run on a tenant table; its functions that bring accounts in are for tables that aren't yet. */
const GUARD: readonly string[] = [
  ...["audit_write", "hash_audit", "keep_identity", "refuse", "current_account", "uuid7"],
  ...["check_write", "check_cascade", "keep_access", "renew_actors"],
].map((name) => `guard.${name}`);

/** Words of a body that reaches beyond the row: other tables, other sessions, settings, statements made at run time. */
const REACHING =
  /\b(insert|update|delete|merge|truncate|copy|execute|call|notify|listen|pg_notify|set_config|set|reset|grant|alter|create|drop|do|lo_\w+|dblink\w*|pg_advisory\w*|nextval|setval|ts_stat|\w+_to_xml\w*|pg_logical_emit_message|from|join|perform)\b/i;

export const triggerNotUnderstood: Rule = {
  id: "trigger-not-understood",
  title: "Every trigger of a tenant table does nothing beyond its own row, or is the guard's.",
  severity: "high",
  check(facts) {
    const views = [...tenantViews(facts)].flatMap((name) => relationsByName(facts).get(name) ?? []);
    const relations = [...tenantTables(facts).map(({ table }) => table), ...views];
    const found = relations.flatMap((relation) => relation.triggers.map((trigger) => ({ relation, trigger })));
    return { checked: found.length, findings: found.flatMap(({ relation, trigger }) => flaws(relation, trigger, facts)) };
  },
};

function flaws(relation: Relation, trigger: Trigger, facts: Facts): readonly Flaw[] {
  if (trigger.enabled === "disabled") return [];
  // Its condition is asked about every row too.
  return [...new Set([trigger.function, ...trigger.calls])].flatMap((name) => {
    const why = unclear(name, facts);
    if (why === null) return [];
    return [
      {
        object: objectOf(relation),
        allows: "Whatever is written by any tenant passes through code that isn't known to keep it to itself.",
        evidence: `${trigger.name} runs ${name}: ${why}`,
        fix: `DROP TRIGGER ${quoteIdentifier(trigger.name)} ON ${relation.name};`,
      },
    ];
  });
}

/** Why a trigger's function can't be told to be harmless; null when it can. */
export function unclear(name: string, facts: Facts): string | null {
  // The guard's are compared with what is shipped by a rule of their own.
  if (facts.target.guard && GUARD.includes(bareName(name)) && SHIPPED.functions.has(bareName(name))) return null;
  const called = functionsByName(facts).get(name);
  if (!called) return HARMLESS.includes(name) ? null : "not a function that is known to be harmless";
  if (called.securityDefiner) return `it runs with the rights of ${called.owner}`;
  if (planes(facts).sideOf(called.owner) !== "owner") return `${called.owner} owns it and can change it`;
  if (called.language !== "plpgsql" && called.language !== "sql") return `it is written in ${called.language}`;
  const code = codeOf(called.body);
  if (code === null) return "its text can't be read for certain";
  const body = code.replace(/\b(?:new|old)\.\w+/gi, " row ").replace(/\bIS\s+(?:NOT\s+)?DISTINCT\s+FROM\b/gi, "<>");
  const accounts = new RegExp(`\\bnew\\.(?:${accountNames(facts).join("|")})\\s*:?=`, "i");
  if (accounts.test(code)) return "it writes the account";
  const reaching = REACHING.exec(body)?.[1] ?? userFunctionIn(body, facts);
  return reaching === undefined ? null : `it reaches beyond its row: ${reaching}`;
}

/** Every name that the account's column has somewhere, as part of a regular expression. */
function accountNames(facts: Facts): readonly string[] {
  const names = new Set(tenantTables(facts).map(({ account }) => account));
  return [...names].map((name) => name.replace(/\W/g, "\\$&"));
}

/** A function of somebody's own that a body calls: what that does isn't followed. */
function userFunctionIn(body: string, { catalog }: Facts): string | undefined {
  const called = new Set([...body.matchAll(/([\w$]+)\s*\(/g)].map(([, name = ""]) => name.toLowerCase()));
  const found = catalog.functions.find(({ name }) =>
    called.has(bareName(name).split(".").at(-1)?.replaceAll('"', "").toLowerCase() ?? ""),
  );
  return found?.name;
}
