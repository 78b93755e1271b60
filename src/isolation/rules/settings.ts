import { planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { isSafePath, searchPathOf, split } from "../search-path.js";

/** Settings that change how long, how much and in what form, but never whose rows are seen. */
const HARMLESS =
  /^(?:.*_timeout|timezone|datestyle|intervalstyle|extra_float_digits|bytea_output|client_encoding|lc_\w+|work_mem|maintenance_work_mem|temp_buffers|jit\w*|plan_cache_mode|random_page_cost|seq_page_cost|effective_\w+|enable_\w+|max_parallel\w*|parallel_\w+|default_transaction_\w+|synchronous_commit|statement_timeout|application_name|track_\w+|log_\w+|temp_file_limit|default_statistics_target|default_text_search_config|pgrst\..*|auto_explain\..*|pg_stat_statements\..*|citus\..*)$/i;

export const roleSettings: Rule = {
  id: "settings",
  title: "No setting of a role or of the database changes what row security, triggers or names mean.",
  severity: "high",
  check(facts) {
    const { runtime, control, roles } = planes(facts);
    const holders = [
      { object: `database ${facts.catalog.server.database}`, settings: facts.catalog.database.settings },
      ...[...runtime, ...control, ...facts.target.roles.owners].map((name) => ({
        object: `role ${name}`,
        settings: roles.get(name)?.settings ?? [],
      })),
    ];
    const findings = holders.flatMap(({ object, settings }) => settings.flatMap((setting) => flaws(object, setting, facts)));
    return { checked: holders.length, findings };
  },
};

function flaws(object: string, setting: string, facts: Facts): readonly Flaw[] {
  const [name, value] = split(setting);
  const path = searchPathOf(setting);
  if (
    path
      ? isSafePath(
          path.filter((each) => each !== "$user"),
          facts,
        )
      : HARMLESS.test(name)
  )
    return [];
  return [
    {
      object,
      allows: path
        ? "Names without a schema find what somebody else has put there."
        : "Every new session starts with it: a context, a role or triggers that are off, or something that isn't known.",
      evidence: `${name} = ${value}`,
      fix: `ALTER ${object.replace(/^(\w+)/, (word) => word.toUpperCase())} RESET ${name};`,
    },
  ];
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
        fix: `ALTER ROLE ${name} SET track_activities = off;`,
      }));
    return { checked: logins.length, findings };
  },
};
