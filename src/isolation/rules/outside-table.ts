import type { Relation } from "../catalog/catalog.js";
import { objectOf } from "../names.js";
import { describeGrant, planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { tenantTablesByName, vendorSchemas } from "../tenancy.js";
import { tenantViews } from "../views.js";
import { type HeldRight, rightsOfOthers } from "./rights.js";

const KINDS: readonly string[] = ["table", "partitioned table", "foreign table", "materialized view"];

/** Tables that belong to no account. */
export function outsideTables(facts: Facts): readonly Relation[] {
  return facts.catalog.relations.filter(
    ({ kind, name, schema }) =>
      KINDS.includes(kind) &&
      name !== facts.target.accounts.table &&
      !vendorSchemas(facts).has(schema) &&
      !tenantTablesByName(facts).has(name) &&
      !tenantViews(facts).has(name),
  );
}

export const outsideTable: Rule = {
  id: "outside-table",
  title: "Whatever the application or the vendor reads besides tenant tables is known to be nobody's, with a reason.",
  severity: "medium",
  check(facts) {
    const tables = outsideTables(facts).filter(({ extension }) => extension === null);
    const findings = tables.flatMap((table): Flaw[] => {
      const held = rightsOfOthers(table, facts).filter(({ right }) => right === "SELECT");
      if (held.length === 0) return [];
      return [
        {
          object: objectOf(table),
          allows: "Nothing says whose rows these are: all tenants that may read the table read all of it.",
          evidence: held.map((each) => describeGrant(each, each.column ?? undefined)).join(", "),
          fix: null,
        },
      ];
    });
    return { checked: tables.length, findings };
  },
};

export const sharedTable: Rule = {
  id: "shared-table",
  title: "No table without accounts takes what tenants write.",
  severity: "high",
  check(facts) {
    const tables = outsideTables(facts);
    const findings = tables.flatMap((table) => {
      const written = rightsOfOthers(table, facts).filter((held) => isWriting(held, facts));
      // An object of its own, so that exempting a table as nobody's doesn't let tenants write to it.
      return written.map((held) => ({
        object: `right ${held.right} on ${objectOf(table)}`,
        allows: "One tenant writes what another reads, or deletes what all of them need.",
        evidence: describeGrant(held, held.column ?? undefined),
        fix: null,
      }));
    });
    return { checked: tables.length, findings };
  },
};

function isWriting({ right, grantee }: HeldRight, facts: Facts): boolean {
  return right !== "SELECT" && planes(facts).sideOf(grantee) !== "control";
}
