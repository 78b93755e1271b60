import { objectOf, quoteIdentifier, statementName } from "../names.js";
import { planes } from "../planes.js";
import type { Rule } from "../rule.js";
import { tenantTables, vendorSchemas } from "../tenancy.js";

export const ownsNothing: Rule = {
  id: "owns-nothing",
  title: "No role of either plane owns anything in the database.",
  severity: "critical",
  check(facts) {
    const { sideOf } = planes(facts);
    const { owned, owner } = facts.catalog.database;
    const roles = new Set([...planes(facts).runtime, ...planes(facts).control]);
    const findings = owned
      .filter(({ role }) => sideOf(role) === "runtime" || sideOf(role) === "control")
      .map(({ role, kind, count, example }) => ({
        object: `role ${role}`,
        allows: "An owner changes what it owns, gives rights on it away, and switches off what guards it.",
        evidence: `owns ${count} in ${kind}, such as ${example}`,
        fix: null,
      }));
    const ofDatabase = ["runtime", "control"].includes(sideOf(owner))
      ? [{ object: `role ${owner}`, allows: "It owns the database.", evidence: "owner of the database", fix: null }]
      : [];
    return { checked: roles.size, findings: [...findings, ...ofDatabase] };
  },
};

export const ownerKnown: Rule = {
  id: "owner-known",
  title: "Every tenant table, and everything of the guard's, belongs to an owner that is known.",
  severity: "high",
  check(facts) {
    const { owners } = facts.target.roles;
    const { roles } = planes(facts);
    const tables = [
      ...tenantTables(facts).map(({ table }) => table),
      ...facts.catalog.relations.filter(({ schema }) => vendorSchemas(facts).has(schema)),
    ];
    const isKnown = (owner: string) => owners.includes(owner) || (!facts.target.guard && roles.get(owner)?.superuser === true);
    const schemas = facts.catalog.schemas.filter(
      ({ name }) => facts.target.schemas.includes(name) || vendorSchemas(facts).has(name),
    );
    const strange = [
      ...tables
        .filter(({ owner }) => !isKnown(owner))
        .map((table) => ({ object: objectOf(table), sql: statementName(table), owner: table.owner })),
      ...schemas
        .filter(({ owner }) => !isKnown(owner) && owner !== "pg_database_owner")
        .map(({ name, owner }) => ({ object: `schema ${name}`, sql: `SCHEMA ${quoteIdentifier(name)}`, owner })),
    ];
    const findings = strange.map(({ object, sql, owner }) => ({
      object,
      allows: "Its owner can switch off its row security, or drop it, and is none of those who may.",
      evidence: `owner ${owner}`,
      fix: owners[0] === undefined ? null : `ALTER ${sql} OWNER TO ${quoteIdentifier(owners[0])};`,
    }));
    return { checked: tables.length + schemas.length, findings };
  },
};
