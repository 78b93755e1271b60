import type { Catalog, DatabaseFunction, DefaultRights, Membership, ProtectedTable, Role, Schema } from "../catalog/catalog.js";
import type { Change } from "./change.js";
import { always, turnedOff, turnedOn } from "./fields.js";
import { listed } from "./listed.js";
import { wholeChanges } from "./whole-database.js";

/** Roles, functions, schemas and what belongs to the database as a whole. */
export function databaseChanges(before: Catalog, after: Catalog): Change[] {
  return [
    ...listed<Role>("role", [before.roles, after.roles], {
      name: ({ name }) => name,
      added: ({ superuser, bypassRls, replication }) => (superuser || bypassRls || replication ? "dangerous" : "look"),
      removed: () => "safe",
      changed: {
        superuser: turnedOn,
        bypassRls: turnedOn,
        createRole: turnedOn,
        createDb: turnedOn,
        replication: turnedOn,
        login: turnedOn,
      },
    }),
    ...listed<Membership>("membership", [before.memberships, after.memberships], {
      name: ({ role, member }) => `of ${member} in ${role}`,
      added: () => "dangerous",
      removed: () => "safe",
      changed: { admin: turnedOn, inherit: turnedOn, set: turnedOn },
    }),
    ...listed<Schema>("schema", [before.schemas, after.schemas], {
      name: ({ name }) => name,
      added: () => "look",
      removed: () => "look",
      changed: { owner: always },
    }),
    ...listed<DatabaseFunction>("function", [before.functions, after.functions], {
      name: ({ name }) => name,
      added: ({ securityDefiner, leakproof, grants }) =>
        (securityDefiner && grants.length > 0) || leakproof ? "dangerous" : "look",
      removed: () => "look",
      changed: {
        ...{ securityDefiner: turnedOn, leakproof: turnedOn, settings: always, owner: always, body: always, volatility: always },
      },
    }),
    ...listed<DefaultRights>("default rights", [before.defaultRights, after.defaultRights], {
      name: ({ owner, schema, objects }) => `of ${owner} on ${objects} in ${schema ?? "every schema"}`,
      added: () => "dangerous",
      removed: () => "look",
      changed: {},
    }),
    ...listed<ProtectedTable>("protected table", [before.protectedTables, after.protectedTables], {
      name: ({ table }) => table,
      added: () => "safe",
      removed: always,
      changed: { accountColumn: always, appendOnly: turnedOff },
    }),
    ...wholeChanges(before.database, after.database),
  ];
}
