import type { Relation } from "../catalog/catalog.js";
import type { Severity } from "../finding.js";
import { granteeName, objectOf, quoteIdentifier } from "../names.js";
import { describeGrant, planes, type Side } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { relationsByName, tenantTables } from "../tenancy.js";
import { tenantViews } from "../views.js";
import { type HeldRight, rightsOfOthers } from "./rights.js";

const ROW_RIGHTS: readonly string[] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

export const tenantRights: Rule = {
  id: "tenant-rights",
  title: "On tenant tables, their columns and their views only the application has rights, and only on rows.",
  severity: "high",
  check(facts) {
    const relations = new Map<string, Relation>();
    for (const { table } of tenantTables(facts)) relations.set(table.name, table);
    for (const name of tenantViews(facts)) {
      const view = relationsByName(facts).get(name);
      if (view) relations.set(name, view);
    }
    return { checked: relations.size, findings: [...relations.values()].flatMap((each) => flaws(each, facts)) };
  },
};

function flaws(relation: Relation, facts: Facts): readonly Flaw[] {
  return rightsOfOthers(relation, facts).flatMap((held): Flaw[] => {
    const side = planes(facts).sideOf(held.grantee);
    const isRowRight = ROW_RIGHTS.includes(held.right);
    const sharers = side === "runtime" ? otherHolders(held.grantee, facts) : [];
    if (side === "runtime" && isRowRight && !held.grantable && sharers.length === 0) return [];
    return [
      {
        object: objectOf(relation),
        severity: severityOf(side, held.right),
        allows: sharers.length > 0 ? SHARED : describe(side, held),
        evidence: `${describeGrant(held, held.column ?? undefined)}${sharers.length > 0 ? `, held by ${sharers.join(", ")} too` : ""}`,
        fix: `REVOKE ${held.right}${held.column === null ? "" : ` (${quoteIdentifier(held.column)})`} ON ${relation.name} FROM ${granteeName(held.grantee)};`,
      },
    ];
  });
}

const SHARED = "A login that isn't the application has its rights on tenants' rows.";

/** Members of the application's groups that aren't the application. */
function otherHolders(grantee: string | null, facts: Facts): readonly string[] {
  const { roles, runtime, owners, reach, control } = planes(facts);
  if (grantee === null || runtime.has(grantee)) return [];
  return [...roles.keys()].filter(
    (role) =>
      role !== grantee &&
      !runtime.has(role) &&
      !owners.has(role) &&
      !control.has(role) &&
      reach(role).has(grantee) &&
      roles.get(role)?.login,
  );
}

function severityOf(side: Side, right: string): Severity {
  if (side === "control" || side === "public") return "critical";
  return right === "TRUNCATE" || right === "TRIGGER" ? "critical" : "high";
}

function describe(side: Side, { right, grantable }: HeldRight): string {
  if (side === "control") return "The control plane has a right on what is the tenants' alone.";
  if (side === "public") return "Every login of the cluster that may connect has it, the control plane's included.";
  if (side === "stranger") return "A role that belongs to no plane has a right on tenants' rows.";
  if (right === "TRUNCATE") return "TRUNCATE asks no policy: one statement empties the table for every tenant.";
  if (right === "TRIGGER") return "A trigger of the application's own sees the rows of every tenant that are written.";
  if (right === "REFERENCES") return "A foreign key of the application's own tells which rows other tenants have.";
  return grantable
    ? "The application can hand its right on to any role."
    : "More than reading and writing rows: it acts on the table of all tenants.";
}
