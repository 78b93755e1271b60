import { identifier } from "../probes/stage/sql.js";
import type { BreakageKind, Ground } from "./breakage.js";
import { withoutTriggers } from "./policies.js";

const schemaOf = ({ table }: Ground) => identifier(table.relation.schema);

/** Rights, roles, and objects that lend their owner's rights. */
export const RIGHTS_BREAKAGES: readonly BreakageKind[] = [
  {
    name: "SELECT for the control plane",
    rules: ["tenant-rights"],
    probes: ["control-plane-select"],
    breakWith: (ground) =>
      ground.control === null
        ? null
        : [
            `GRANT USAGE ON SCHEMA ${schemaOf(ground)} TO ${ground.control}`,
            `GRANT SELECT ON ${ground.table.name} TO ${ground.control}`,
          ],
  },
  {
    name: "one column for the control plane",
    rules: ["tenant-rights"],
    probes: ["control-plane-select"],
    breakWith: (ground) =>
      ground.control === null
        ? null
        : [
            `GRANT USAGE ON SCHEMA ${schemaOf(ground)} TO ${ground.control}`,
            `GRANT SELECT (${ground.account}) ON ${ground.table.name} TO ${ground.control}`,
          ],
  },
  {
    name: "DELETE for the control plane",
    rules: ["tenant-rights"],
    probes: ["control-plane-write"],
    breakWith: (ground) =>
      ground.control === null
        ? null
        : [
            `GRANT USAGE ON SCHEMA ${schemaOf(ground)} TO ${ground.control}`,
            `GRANT DELETE ON ${ground.table.name} TO ${ground.control}`,
          ],
  },
  {
    name: "TRUNCATE for the application",
    rules: ["tenant-rights"],
    probes: ["truncate"],
    breakWith: (ground) => [...withoutTriggers(ground), `GRANT TRUNCATE ON ${ground.table.name} TO ${ground.runtime}`],
  },
  {
    name: "a login that passes by row security",
    rules: ["role-powers"],
    probes: ["read-other-tenant", "row-security-off"],
    breakWith: ({ runtime }) => [`ALTER ROLE ${runtime} BYPASSRLS`],
  },
  {
    name: "a login that is a superuser",
    rules: ["role-powers"],
    probes: ["read-other-tenant", "server-files", "silence-triggers", "become-another-role"],
    breakWith: ({ runtime }) => [`ALTER ROLE ${runtime} SUPERUSER`],
  },
  {
    name: "a login that may become the owner",
    rules: ["role-reach"],
    probes: ["become-another-role"],
    breakWith: ({ runtime, owner }) => [`GRANT ${owner} TO ${runtime}`],
  },
  {
    name: "a login that may silence triggers",
    rules: ["parameter-rights"],
    probes: ["silence-triggers"],
    breakWith: ({ runtime }) => [`GRANT SET ON PARAMETER session_replication_role TO ${runtime}`],
  },
  {
    name: "server files for the application",
    rules: ["role-reach"],
    probes: ["server-files"],
    breakWith: ({ runtime }) => [
      `GRANT EXECUTE ON FUNCTION pg_read_file(text) TO ${runtime}`,
      `GRANT pg_read_server_files TO ${runtime}`,
    ],
  },
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
  {
    name: "large objects for the application",
    rules: ["shared-functions"],
    probes: ["large-object"],
    breakWith: ({ runtime, guard }) =>
      guard ? [`GRANT EXECUTE ON FUNCTION lo_from_bytea(oid, bytea), lo_get(oid) TO ${runtime}`] : null,
  },
  {
    name: "other sessions for the application",
    rules: ["shared-functions"],
    probes: ["other-sessions"],
    breakWith: ({ runtime, guard }) =>
      guard ? [`GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO ${runtime}`] : null,
  },
  {
    name: "statements on show",
    rules: ["activity-hidden"],
    probes: ["other-sessions"],
    breakWith: ({ runtime, guard }) => (guard ? [`ALTER ROLE ${runtime} RESET track_activities`] : null),
  },
];
