import type { Relation } from "../catalog/catalog.js";
import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import { leadsToTenants } from "./reading.js";
import type { Scene } from "./scene.js";
import { identifier } from "./stage/sql.js";
import { attemptAs } from "./stage/stage.js";
import { attempted, mustBeRefused } from "./verdict.js";

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
    for (const by of scene.control) {
      for (const { name, kind } of readable(scene)) {
        const statement = `SELECT FROM ${name} LIMIT 1`;
        const answer = await attemptAs(scene, by, scene.a.id, statement);
        const object = kind === "partitioned table" ? `table ${name}` : `${kind} ${name}`;
        attempts.push(
          attempted({ by, object, statement, answer, verdict: mustBeRefused(answer, `The control plane reads ${name}.`) }),
        );
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
    for (const by of scene.control) {
      for (const { name, account } of scene.tables) {
        const statements = [
          `INSERT INTO ${name} DEFAULT VALUES`,
          `UPDATE ${name} SET ${identifier(account)} = DEFAULT WHERE false`,
          `DELETE FROM ${name} WHERE false`,
          `TRUNCATE ${name}`,
        ];
        for (const statement of statements) {
          const answer = await attemptAs(scene, by, scene.a.id, statement);
          const verdict = mustBeRefused(answer, `The control plane writes into ${name}.`);
          attempts.push(attempted({ by, object: `table ${name}`, statement, answer, verdict }));
        }
      }
    }
    return attempts;
  },
};

/** Tenant tables with their partitions, everything else in their schemas, and what leads to them from elsewhere. */
function readable({ catalog, target, tables }: Scene): readonly Relation[] {
  const tenant = new Set(tables.map(({ name }) => name));
  return catalog.relations.filter((relation) => {
    const { name, kind, schema, parents } = relation;
    if (kind === "view" || kind === "materialized view")
      return target.schemas.includes(schema) || leadsToTenants(catalog, relation, tenant);
    return tenant.has(name) || (kind === "table" && parents.some((parent) => tenant.has(parent)));
  });
}
