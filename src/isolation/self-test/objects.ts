import { identifier } from "../probes/stage/sql.js";
import type { BreakageKind, Ground } from "./breakage.js";

const schemaOf = ({ table }: Ground) => identifier(table.relation.schema);

/** Objects that lead around a table's policies. */
export const OBJECT_BREAKAGES: readonly BreakageKind[] = [
  {
    name: "a view with its owner's rights",
    rules: ["view-past-policies"],
    probes: ["view-of-other-tenant"],
    breakWith: (ground) => [
      `CREATE VIEW ${schemaOf(ground)}.azora_broken AS SELECT * FROM ${ground.table.name}`,
      `GRANT SELECT ON ${schemaOf(ground)}.azora_broken TO ${ground.runtime}`,
    ],
  },
  {
    name: "a view that only counts",
    rules: ["view-past-policies"],
    probes: ["view-of-other-tenant"],
    breakWith: (ground) => [
      `CREATE VIEW ${schemaOf(ground)}.azora_broken AS SELECT count(*) AS rows FROM ${ground.table.name}`,
      `GRANT SELECT ON ${schemaOf(ground)}.azora_broken TO ${ground.runtime}`,
    ],
  },
  {
    name: "a materialized view",
    rules: ["materialized-view"],
    probes: ["view-of-other-tenant"],
    breakWith: (ground) => [
      `CREATE MATERIALIZED VIEW ${schemaOf(ground)}.azora_broken AS SELECT * FROM ${ground.table.name} WITH NO DATA`,
      `GRANT SELECT ON ${schemaOf(ground)}.azora_broken TO ${ground.runtime}`,
    ],
  },
  {
    name: "a function with its owner's rights",
    rules: ["definer-function"],
    probes: ["function-of-other-tenant"],
    breakWith: (ground) => [
      `CREATE FUNCTION ${schemaOf(ground)}.azora_broken() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT t::text FROM ${ground.table.name} AS t'`,
      `GRANT EXECUTE ON FUNCTION ${schemaOf(ground)}.azora_broken() TO ${ground.runtime}`,
    ],
  },
  {
    name: "temporary tables of a table without row security",
    rules: ["row-security"],
    probes: ["temporary-table"],
    breakWith: ({ table, runtime, scene }) => [
      `ALTER TABLE ${table.name} DISABLE ROW LEVEL SECURITY`,
      `GRANT TEMPORARY ON DATABASE ${identifier(scene.catalog.server.database)} TO ${runtime}`,
    ],
  },
  {
    name: "a sequence that may be read",
    rules: ["sequence-rights"],
    probes: ["sequence-state"],
    breakWith: (ground) => [
      `CREATE SEQUENCE ${schemaOf(ground)}.azora_broken`,
      `GRANT SELECT ON SEQUENCE ${schemaOf(ground)}.azora_broken TO ${ground.runtime}`,
    ],
  },
  {
    name: "a child table that may be read",
    rules: ["row-security"],
    probes: ["partition-of-other-tenant"],
    breakWith: ({ scene, table, runtime }) => {
      const child = `${identifier(table.relation.schema)}.azora_broken`;
      return [
        `CREATE TABLE ${child} () INHERITS (${table.name})`,
        `INSERT INTO ${child} SELECT * FROM ${table.name} WHERE ${identifier(table.account)} = '${scene.a.id}'`,
        `GRANT SELECT ON ${child} TO ${runtime}`,
      ];
    },
  },
];
