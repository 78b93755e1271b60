import type { Grant } from "../catalog/catalog.js";
import { granteeName, quoteIdentifier } from "../names.js";
import { describeGrant, planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { vendorSchemas } from "../tenancy.js";

export const schemaRights: Rule = {
  id: "schema-rights",
  title: "Only the owners make objects in a schema, and only the application enters the tenants'.",
  severity: "high",
  check(facts) {
    const { schemas } = facts.catalog;
    const { sideOf } = planes(facts);
    const findings = schemas.flatMap(({ name, owner, grants }) =>
      others(grants, facts)
        // Another application's own schema.
        .filter(({ grantee }) => grantee !== owner || sideOf(owner) !== "stranger")
        .filter((grant) => grant.grantable || !mayUse(name, grant, facts))
        .map(
          (grant): Flaw => ({
            object: `schema ${name}`,
            severity: grant.right === "CREATE" ? "high" : "low",
            allows:
              grant.right === "CREATE"
                ? "Objects can be made there that others run into: a function or a table in the way of a name, a table without policies."
                : "The door to the tenants' objects is open: any right on one of them, given by mistake, is one that can be used.",
            evidence: describeGrant(grant),
            fix: `REVOKE ${grant.right} ON SCHEMA ${quoteIdentifier(name)} FROM ${granteeName(grant.grantee)};`,
          }),
        ),
    );
    return { checked: schemas.length, findings };
  },
};

function mayUse(schema: string, { right, grantee }: Grant, facts: Facts): boolean {
  if (right !== "USAGE") return false;
  const side = planes(facts).sideOf(grantee);
  const isTenants = facts.target.schemas.includes(schema) || schema === "guard";
  // Without the guard both planes often share a schema; what can be done in it is told by the rights on its objects.
  if (isTenants) return side === "runtime" || !facts.target.guard;
  return side === "runtime" || side === "control" || !vendorSchemas(facts).has(schema);
}

export const databaseRights: Rule = {
  id: "database-rights",
  title: "Nobody but the owners makes schemas or temporary objects, and nobody connects unnamed.",
  severity: "medium",
  check(facts) {
    const { server, database } = facts.catalog;
    const findings = others(database.grants, facts)
      .filter(({ right, grantee, grantable }) => right !== "CONNECT" || grantable || (facts.target.guard && grantee === null))
      .map(
        (grant): Flaw => ({
          object: `database ${server.database}`,
          severity: grant.right === "CONNECT" ? "low" : "medium",
          allows:
            grant.right === "CONNECT"
              ? "Every login of the cluster can connect, and has what PUBLIC has."
              : "Temporary tables and functions, or a schema of one's own, get in the way of names, and stay with a pooled session.",
          evidence: describeGrant(grant),
          fix: `REVOKE ${grant.right} ON DATABASE ${quoteIdentifier(server.database)} FROM ${granteeName(grant.grantee)};`,
        }),
      );
    return { checked: database.grants.length, findings };
  },
};

export const defaultRights: Rule = {
  id: "default-rights",
  title: "A new object belongs to its owner alone until somebody gives a right on it.",
  severity: "medium",
  check(facts) {
    const { defaultRights: all } = facts.catalog;
    const given = all.flatMap(({ owner, schema, objects, grants }) =>
      others(grants, facts)
        .filter(() => objects !== "types")
        .map(
          (grant): Flaw => ({
            object: `default rights of ${owner}`,
            allows: "The next object is open the moment it is made, before it has policies.",
            evidence: `${describeGrant(grant)} on ${objects}${schema === null ? "" : ` in ${schema}`}`,
            fix: `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdentifier(owner)}${schema === null ? "" : ` IN SCHEMA ${quoteIdentifier(schema)}`} REVOKE ${grant.right} ON ${objects.toUpperCase()} FROM ${granteeName(grant.grantee)};`,
          }),
        ),
    );
    return { checked: all.length, findings: [...given, ...executable(facts)] };
  },
};

/** PostgreSQL lets everybody execute a new function, unless a role's defaults say otherwise. */
function executable({ catalog, target }: Facts): readonly Flaw[] {
  if (!target.guard) return [];
  const closed = catalog.defaultRights
    .filter(({ objects, schema }) => objects === "functions" && schema === null)
    .map(({ owner }) => owner);
  return target.roles.owners
    .filter((owner) => !closed.includes(owner) && catalog.roles.some(({ name }) => name === owner))
    .map((owner) => ({
      object: `default rights of ${owner}`,
      allows: "The owners' next function can be executed by everybody, with their rights if it is SECURITY DEFINER.",
      evidence: "EXECUTE to PUBLIC on functions, as PostgreSQL comes",
      fix: `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdentifier(owner)} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;`,
    }));
}

function others(grants: readonly Grant[], facts: Facts): readonly Grant[] {
  return grants.filter(({ grantee }) => grantee !== "pg_database_owner" && planes(facts).sideOf(grantee) !== "owner");
}
