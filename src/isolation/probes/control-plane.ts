import type { Relation } from "../catalog/catalog.js";
import { objectOf } from "../names.js";
import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import { leadsToTenants } from "./reading.js";
import type { Scene } from "./scene.js";
import { attemptAs } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import type { Answer } from "./stage/session.js";
import { identifier, literal } from "./stage/sql.js";
import { attempted, broken, mustBeRefused, REFUSED, type Verdict } from "./verdict.js";

/**
 * PostgreSQL lets a query that names no column pass as soon as a single column is granted, so one refusal speaks for the
 * table and for each of its columns. The victim's context is set, so that only the missing right can be in the way.
 */
export const controlPlaneSelect: Probe = {
  id: "control-plane-select",
  title: "The control plane can't SELECT from a tenant table, from one of its columns or from a view of it.",
  severity: "critical",
  async run(scene) {
    const attempts: Attempt[] = [];
    const relations = readable(scene);
    for (const by of scene.control) {
      const granted = await grantedTo(scene, by, relations);
      for (const relation of relations) {
        const statement = `SELECT FROM ${relation.name} LIMIT 1`;
        const answer = await attemptAs(scene, by, scene.a.id, statement);
        const verdict = judge(answer, granted.has(`SELECT ${relation.name}`), `The control plane may read ${relation.name}.`);
        attempts.push(attempted({ by, object: objectOf(relation), statement, answer, verdict }));
      }
    }
    return attempts;
  },
};

/** Refused before a row is looked at; where it isn't, the condition keeps rows as they are. */
export const controlPlaneWrite: Probe = {
  id: "control-plane-write",
  title: "The control plane has no right to write into a tenant table.",
  severity: "critical",
  async run(scene) {
    const attempts: Attempt[] = [];
    const relations = scene.tables.map(({ relation }) => relation);
    for (const by of scene.control) {
      const granted = await grantedTo(scene, by, relations);
      for (const { name, account, relation } of scene.tables) {
        const statements = {
          INSERT: `INSERT INTO ${name} DEFAULT VALUES`,
          UPDATE: `UPDATE ${name} SET ${identifier(account)} = DEFAULT WHERE false`,
          DELETE: `DELETE FROM ${name} WHERE false`,
          TRUNCATE: `TRUNCATE ${name}`,
        };
        for (const [right, statement] of Object.entries(statements)) {
          const answer = await attemptAs(scene, by, scene.a.id, statement);
          const verdict = judge(answer, granted.has(`${right} ${name}`), `The control plane may write into ${name}.`);
          attempts.push(attempted({ by, object: objectOf(relation), statement, answer, verdict }));
        }
      }
    }
    return attempts;
  },
};

/** A policy whose function it may not call refuses a login that holds the right, with the same state: that is luck. */
function judge(answer: Answer, granted: boolean, allows: string): Verdict {
  if (answer.state === REFUSED && granted) return broken(`${allows} It holds the right, and something else was in the way.`);
  return mustBeRefused(answer, allows);
}

const RIGHTS = ["SELECT", "INSERT", "UPDATE"] as const;

/** What a role may do, as `SELECT tenant.documents`, by PostgreSQL's own reckoning; a right on one column counts. */
async function grantedTo({ session }: Scene, { role }: Identity, relations: readonly Relation[]): Promise<ReadonlySet<string>> {
  if (relations.length === 0) return new Set();
  const who = literal(role);
  const anyColumn = RIGHTS.map((right) => `('${right}', has_any_column_privilege(${who}, c.oid, '${right}'))`);
  const whole = ["DELETE", "TRUNCATE"].map((right) => `('${right}', has_table_privilege(${who}, c.oid, '${right}'))`);
  const rows = await session.look<{ held: string }>(`
    SELECT r.name || ' ' || t.name AS held FROM unnest(ARRAY[${relations.map(({ name }) => literal(name)).join(", ")}]) t(name)
    JOIN pg_class c ON c.oid = t.name::regclass, LATERAL (VALUES ${[...anyColumn, ...whole].join(", ")}) r(name, granted)
    WHERE r.granted AND has_schema_privilege(${who}, c.relnamespace, 'USAGE')`);
  return new Set(rows.map(({ held }) => held));
}

/** Tenant tables with their partitions, everything else in their schemas, and what leads to them from elsewhere. */
function readable({ catalog, target, tables }: Scene): readonly Relation[] {
  const tenant = new Set(tables.map(({ name }) => name));
  return catalog.relations.filter((relation) => {
    const { name, kind, schema, parents } = relation;
    if (kind === "view" || kind === "materialized view") {
      return target.schemas.includes(schema) || leadsToTenants(catalog, relation, tenant);
    }
    return tenant.has(name) || (kind === "table" && parents.some((parent) => tenant.has(parent)));
  });
}
