import { bareName } from "../functions.js";
import { SHIPPED } from "../guard/shipped.js";
import { quoteIdentifier } from "../names.js";
import { planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { isSafePath, searchPathOf, split } from "../search-path.js";

/** Settings that change how long, how much and in what form, but never whose rows are seen. */
const HARMLESS =
  /^(?:.*_timeout|timezone|datestyle|intervalstyle|extra_float_digits|bytea_output|client_encoding|lc_\w+|work_mem|maintenance_work_mem|temp_buffers|jit\w*|plan_cache_mode|random_page_cost|seq_page_cost|effective_\w+|enable_\w+|max_parallel\w*|parallel_\w+|default_transaction_\w+|synchronous_commit|statement_timeout|application_name|track_\w+|log_\w+|temp_file_limit|default_statistics_target|default_text_search_config|pgrst\..*|auto_explain\..*|pg_stat_statements\..*|citus\..*)$/i;

export const roleSettings: Rule = {
  id: "settings",
  title: "No setting of a role, of the database or of a function changes what row security, triggers or names mean.",
  severity: "high",
  check(facts) {
    const { runtime, control, roles } = planes(facts);
    const { server, database } = facts.catalog;
    const here = quoteIdentifier(server.database);
    const holders: readonly Holder[] = [
      {
        object: `database ${server.database}`,
        statements: [`ALTER DATABASE ${here}`, "ALTER ROLE ALL"],
        settings: database.settings,
      },
      ...[...runtime, ...control, ...facts.target.roles.owners].map((name) => ({
        object: `role ${name}`,
        statements: [`ALTER ROLE ${quoteIdentifier(name)}`, `ALTER ROLE ${quoteIdentifier(name)} IN DATABASE ${here}`],
        settings: roles.get(name)?.settings ?? [],
      })),
      ...openFunctions(facts),
    ];
    return { checked: holders.length, findings: holders.flatMap((holder) => flaws(holder, facts)) };
  },
};

interface Holder {
  readonly object: string;
  /** What changes it, without what is changed: a setting may be for all databases or for this one. */
  readonly statements: readonly string[];
  readonly settings: readonly string[];
}

/** A function's settings hold while it runs: one that carries a context is that tenant for whoever calls it. Its path has other rules. */
function openFunctions({ catalog, target }: Facts): readonly Holder[] {
  const { sideOf } = planes({ catalog, target });
  return catalog.functions
    .filter(({ name, settings }) => settings.length > 0 && !(target.guard && SHIPPED.functions.has(bareName(name))))
    .filter(({ grants }) => grants.some(({ grantee }) => sideOf(grantee) !== "owner"))
    .map(({ name, settings }) => ({
      object: `function ${name}`,
      statements: [`ALTER ROUTINE ${name}`],
      settings: settings.filter((setting) => searchPathOf(setting) === null),
    }));
}

function flaws({ object, statements, settings }: Holder, facts: Facts): readonly Flaw[] {
  return settings
    .filter((setting) => !isHarmless(setting, facts))
    .map((setting) => {
      const [name, value] = split(setting);
      return {
        object,
        allows: searchPathOf(setting)
          ? "Names without a schema find what somebody else has put there."
          : "What runs under it has a context, a role or triggers that are off, or something that isn't known.",
        evidence: `${name} = ${value}`,
        fix: statements.map((each) => `${each} RESET ${name.split(".").map(quoteIdentifier).join(".")};`).join(" "),
      };
    });
}

function isHarmless(setting: string, facts: Facts): boolean {
  const path = searchPathOf(setting);
  if (path === null) return HARMLESS.test(split(setting)[0]);
  return isSafePath(
    path.filter((each) => each !== "$user"),
    facts,
  );
}

export const activityHidden: Rule = {
  id: "activity-hidden",
  title: "Tenants that share a login don't see each other's statements.",
  severity: "medium",
  check(facts) {
    const { runtime, roles } = planes(facts);
    const logins = [...runtime].flatMap((name) => roles.get(name) ?? []).filter(({ login }) => login);
    const isOff = (settings: readonly string[]) =>
      settings.some((setting) => /^track_activities=(?:off|false|no|0)$/i.test(setting));
    const findings = logins
      .filter(({ settings }) => !isOff(settings) && !isOff(facts.catalog.database.settings))
      .map(({ name }) => ({
        object: `role ${name}`,
        allows: "pg_stat_activity shows one tenant the statements that run for others, with their values.",
        evidence: "track_activities is on for the login",
        fix: `ALTER ROLE ${quoteIdentifier(name)} SET track_activities = off;`,
      }));
    return { checked: logins.length, findings };
  },
};
