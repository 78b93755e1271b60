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
