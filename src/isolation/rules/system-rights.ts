import type { Grant } from "../catalog/catalog.js";
import { granteeName } from "../names.js";
import { describeGrant, planes } from "../planes.js";
import type { Flaw, Rule } from "../rule.js";

export const systemRights: Rule = {
  id: "system-rights",
  title: "On PostgreSQL's own tables and functions nobody has more rights than it comes with.",
  severity: "high",
  check(facts) {
    const { systemGrants } = facts.catalog.database;
    const findings = systemGrants.flatMap(({ object, grants }) =>
      grants
        .filter(({ grantee }) => planes(facts).sideOf(grantee) !== "owner")
        .map((grant) => ({
          object,
          allows: "Files, passwords, other sessions, or samples of every tenant's values are where this right leads.",
          evidence: describeGrant(grant),
          fix: `REVOKE ${grant.right} ${placeOf(object)} FROM ${granteeName(grant.grantee)};`,
        })),
    );
    return { checked: systemGrants.length, findings };
  },
};

/** `column pg_authid.rolpassword` as REVOKE names it. */
function placeOf(object: string): string {
  const [, relation, column] = /^column (.*)\.(\w+)$/.exec(object) ?? [];
  return relation === undefined ? `ON ${object.replace(/^\w+/, (kind) => kind.toUpperCase())}` : `(${column}) ON ${relation}`;
}

export const sharedFunctions: Rule = {
  id: "shared-functions",
  title: "Neither plane reaches large objects, which have no policies, or ends sessions of its own login.",
  severity: "medium",
  check(facts) {
    const { systemFunctions } = facts.catalog.database;
    const open = systemFunctions.flatMap(({ name, grants }) =>
      grants.filter(({ grantee }) => planes(facts).sideOf(grantee) !== "owner").map((grant) => ({ name, grant })),
    );
    const findings = open.map(({ name, grant }) => ({
      object: `function ${name}`,
      allows: name.startsWith("lo")
        ? "Tenants share a login, so each reads and writes the large objects of all."
        : "Tenants share a login, so each can end the sessions of all.",
      evidence: describeGrant(grant),
      fix: `REVOKE EXECUTE ON FUNCTION pg_catalog.${name} FROM ${granteeName(grant.grantee)};`,
    }));
    return { checked: systemFunctions.length, findings };
  },
};

export const parameterRights: Rule = {
  id: "parameter-rights",
  title: "Neither plane may set what only a superuser may.",
  severity: "critical",
  check(facts) {
    const { parameterGrants } = facts.catalog.database;
    const { sideOf } = planes(facts);
    // What a stranger sets is its own session's, and a stranger with a right on tenants' rows is a finding by that.
    const reaches = ({ grantee, right }: Grant) =>
      sideOf(grantee) !== "owner" && !(sideOf(grantee) === "stranger" && right === "SET");
    const findings = parameterGrants.flatMap(({ parameter, grants }): Flaw[] =>
      grants.filter(reaches).map((grant) => ({
        object: `parameter ${parameter}`,
        allows:
          parameter === "session_replication_role"
            ? "Triggers and foreign keys are switched off for a session: rows point anywhere, stay behind, and aren't logged."
            : "A session, or the server, can be given a setting that was kept from it.",
        evidence: describeGrant(grant),
        fix: `REVOKE ${grant.right} ON PARAMETER ${parameter} FROM ${granteeName(grant.grantee)};`,
      })),
    );
    return { checked: parameterGrants.length, findings };
  },
};
