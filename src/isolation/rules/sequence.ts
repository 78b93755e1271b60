import { granteeName } from "../names.js";
import { describeGrant, planes } from "../planes.js";
import type { Rule } from "../rule.js";
import { tenantTablesByName, vendorSchemas } from "../tenancy.js";
import { rightsOfOthers } from "./rights.js";

export const sequenceShared: Rule = {
  id: "sequence-shared",
  title: "No sequence numbers the rows of several tenants.",
  severity: "low",
  check(facts) {
    const tables = [...tenantTablesByName(facts).values()];
    const sequences = facts.catalog.relations.filter(({ kind }) => kind === "sequence");
    const findings = sequences
      .filter(({ fills }) => fills.some((table) => tenantTablesByName(facts).has(table)))
      .map(({ name, fills }) => ({
        object: `sequence ${name}`,
        allows: "The gaps between a tenant's own numbers tell how much the others write.",
        evidence: `fills ${fills.join(", ")}`,
        fix: null,
      }));
    return { checked: tables.length, findings };
  },
};

export const sequenceRights: Rule = {
  id: "sequence-rights",
  title: "A sequence is drawn from by the application alone; nobody reads or sets its state.",
  severity: "medium",
  check(facts) {
    const { sideOf } = planes(facts);
    const sequences = facts.catalog.relations.filter(
      ({ kind, schema }) => kind === "sequence" && !vendorSchemas(facts).has(schema),
    );
    const findings = sequences.flatMap((sequence) =>
      rightsOfOthers(sequence, facts)
        .filter(({ right, grantee, grantable }) => sideOf(grantee) !== "runtime" || right !== "USAGE" || grantable)
        .map((held) => ({
          object: `sequence ${sequence.name}`,
          allows: "Its state tells how much all tenants write together; whoever may set it makes their inserts fail.",
          evidence: describeGrant(held),
          fix: `REVOKE ${held.right} ON SEQUENCE ${sequence.name} FROM ${granteeName(held.grantee)};`,
        })),
    );
    return { checked: sequences.length, findings };
  },
};
