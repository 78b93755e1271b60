import { quoteIdentifier } from "../names.js";
import type { Rule } from "../rule.js";

/** Extensions whose functions compute, index or compare and reach nothing beyond their arguments. */
const HARMLESS_EXTENSIONS: readonly string[] = [
  "plpgsql",
  "pgcrypto",
  "uuid-ossp",
  "citext",
  "hstore",
  "ltree",
  "pg_trgm",
  "btree_gin",
  "btree_gist",
  "unaccent",
  "fuzzystrmatch",
  "intarray",
  "cube",
  "earthdistance",
  "isn",
  "seg",
  "dict_int",
  "dict_xsyn",
  "intagg",
  "vector",
  "postgis",
  "bloom",
  "tsm_system_rows",
  "tsm_system_time",
  "citus",
  "citus_columnar",
  "pg_uuidv7",
];

export const extension: Rule = {
  id: "extension",
  title: "Every extension is known to open no door.",
  severity: "medium",
  check({ catalog }) {
    const { extensions } = catalog.database;
    const findings = extensions
      .filter(({ name }) => !HARMLESS_EXTENSIONS.includes(name))
      .map(({ name, version }) => ({
        object: `extension ${name}`,
        allows:
          "Its functions may reach other databases, files, pages or statements past row security; nobody has said that they don't.",
        evidence: `version ${version}`,
        fix: `DROP EXTENSION ${quoteIdentifier(name)};`,
      }));
    return { checked: extensions.length, findings };
  },
};

const KNOWN_LANGUAGES: readonly string[] = ["internal", "c", "sql", "plpgsql"];

export const language: Rule = {
  id: "language",
  title: "Functions can be written in SQL and PL/pgSQL; what runs past the server's rights is a superuser's alone.",
  severity: "high",
  check({ catalog }) {
    const { languages } = catalog.database;
    const findings = languages
      .filter(({ name, trusted }) => (KNOWN_LANGUAGES.includes(name) ? trusted !== ["sql", "plpgsql"].includes(name) : true))
      .map(({ name, trusted }) => ({
        object: `language ${name}`,
        allows: trusted
          ? "Whoever may make functions may make them in it."
          : "Functions in it do on the server whatever the server can.",
        evidence: trusted ? "trusted" : "untrusted",
        fix: KNOWN_LANGUAGES.includes(name) ? null : `DROP LANGUAGE ${quoteIdentifier(name)};`,
      }));
    return { checked: languages.length, findings };
  },
};

export const eventTrigger: Rule = {
  id: "event-trigger",
  title: "No event trigger acts on every change of the schema.",
  severity: "medium",
  check({ catalog }) {
    const { eventTriggers } = catalog.database;
    const findings = eventTriggers
      .filter(({ enabled }) => enabled)
      .map(({ name, event, function: called }) => ({
        object: `event trigger ${name}`,
        allows: "Its code runs in whatever changes the schema, the owners' migrations included, with their rights.",
        evidence: `on ${event}, ${called}`,
        fix: `DROP EVENT TRIGGER ${quoteIdentifier(name)};`,
      }));
    return { checked: eventTriggers.length, findings };
  },
};
