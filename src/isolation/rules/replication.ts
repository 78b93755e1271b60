import { granteeName, quoteIdentifier } from "../names.js";
import { describeGrant, planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";

export const replication: Rule = {
  id: "replication",
  title: "No publication, subscription or foreign server carries rows out of the database or into it.",
  severity: "high",
  check(facts) {
    const { publications, subscriptions, foreignServers, foreignWrappers } = facts.catalog.database;
    const findings: Flaw[] = [
      ...publications
        .filter(({ allTables, tables }) => allTables || tables.length > 0)
        .map(({ name, allTables, tables }) => ({
          object: `publication ${name}`,
          allows: "Whoever subscribes gets the rows of every tenant; row security doesn't hold for replication.",
          evidence: allTables ? "all tables, or all of a schema" : tables.join(", "),
          fix: `DROP PUBLICATION ${quoteIdentifier(name)};`,
        })),
      ...subscriptions.map((name) => ({
        object: `subscription ${name}`,
        allows: "Rows come in from elsewhere, past contexts and audit.",
        evidence: "a subscription",
        fix: null,
      })),
      ...foreignServers.flatMap(({ name, wrapper, grants }) =>
        grants
          .filter(({ grantee }) => planes(facts).sideOf(grantee) !== "owner")
          .map((grant) => ({
            object: `foreign server ${name}`,
            allows: "It can be used to reach another database, or this one as somebody else.",
            evidence: `${wrapper}; ${describeGrant(grant)}`,
            fix: `REVOKE USAGE ON FOREIGN SERVER ${quoteIdentifier(name)} FROM ${granteeName(grant.grantee)};`,
          })),
      ),
      ...foreignWrappers.flatMap(({ name, grants }) =>
        grants
          .filter(({ grantee }) => planes(facts).sideOf(grantee) !== "owner")
          .map((grant) => ({
            object: `foreign data wrapper ${name}`,
            allows: "Servers can be made with it, by which other databases are reached.",
            evidence: describeGrant(grant),
            fix: `REVOKE USAGE ON FOREIGN DATA WRAPPER ${quoteIdentifier(name)} FROM ${granteeName(grant.grantee)};`,
          })),
      ),
    ];
    return { checked: publications.length + subscriptions.length + foreignServers.length + foreignWrappers.length, findings };
  },
};

export const largeObjects: Rule = {
  id: "large-objects",
  title: "There are no large objects: they belong to no account.",
  severity: "medium",
  check({ catalog }: Facts) {
    const { largeObjects: count } = catalog.database;
    if (count === 0) return { checked: 1, findings: [] };
    const allows = "They have no row security and no cascade: a purge leaves them, and one login reads all of them.";
    return { checked: 1, findings: [{ object: "large objects", allows, evidence: `${count} of them`, fix: null }] };
  },
};
