import type {
  Catalog,
  DatabaseFunction,
  DefaultRights,
  Grant,
  Membership,
  ProtectedTable,
  Role,
  Schema,
} from "../catalog/catalog.js";
import { type Change, type ChangeClass, pairs } from "./change.js";
import { always, fieldChanges, type Judges, turnedOff, turnedOn } from "./fields.js";
import { grantChanges } from "./grants.js";

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

interface Kind<T> {
  readonly name: (item: T) => string;
  readonly added: (item: T) => ChangeClass;
  readonly removed: (item: T) => ChangeClass;
  readonly changed: Judges<T>;
}

function listed<T extends object>(
  kind: string,
  [before, after]: readonly [readonly T[], readonly T[]],
  judged: Kind<T>,
): Change[] {
  const grants = (item: T) => (item as { readonly grants?: readonly Grant[] }).grants ?? [];
  return pairs(before, after, judged.name).flatMap(({ key, before: old, after: fresh }): Change[] => {
    const object = `${kind} ${key}`;
    if (old && fresh) {
      const fields = fieldChanges<T>(object, { before: old, after: fresh }, judged.changed, ["grants" as keyof T]);
      return [...fields, ...grantChanges(object, grants(old), grants(fresh))];
    }
    if (fresh) return [{ class: judged.added(fresh), object, what: `the ${kind} was added`, before: null, after: null }];
    return old ? [{ class: judged.removed(old), object, what: `the ${kind} was removed`, before: null, after: null }] : [];
  });
}

type Facts = Catalog["database"];

/** What opens the database to the outside is dangerous when it comes, whatever it is for. */
function wholeChanges(before: Facts, after: Facts): Change[] {
  const named = { name: ({ name }: { readonly name: string }) => name, removed: () => "safe" as const };
  const opens = { ...named, added: always };
  return [
    ...fieldChanges("database", { before, after }, { owner: always, systemAdditions: always }, [
      "grants",
      "extensions",
      "eventTriggers",
      "publications",
      "foreignServers",
      "foreignWrappers",
      "parameterGrants",
      "languages",
      "systemFunctions",
      "systemGrants",
      "owned",
    ]),
    ...grantChanges("database", before.grants, after.grants),
    ...listed<Facts["extensions"][number]>("extension", [before.extensions, after.extensions], {
      ...named,
      added: () => "look",
      changed: {},
    }),
    ...listed<Facts["eventTriggers"][number]>("event trigger", [before.eventTriggers, after.eventTriggers], {
      ...named,
      added: () => "look",
      removed: () => "look",
      changed: { enabled: turnedOff },
    }),
    ...listed<Facts["publications"][number]>("publication", [before.publications, after.publications], {
      ...opens,
      changed: { allTables: turnedOn, tables: always },
    }),
    ...listed<Facts["foreignServers"][number]>("foreign server", [before.foreignServers, after.foreignServers], {
      ...opens,
      changed: {},
    }),
    ...listed<Facts["foreignWrappers"][number]>("foreign-data wrapper", [before.foreignWrappers, after.foreignWrappers], {
      ...opens,
      changed: {},
    }),
    ...listed<Facts["parameterGrants"][number]>("parameter", [before.parameterGrants, after.parameterGrants], {
      ...opens,
      name: ({ parameter }) => parameter,
      changed: {},
    }),
    ...listed<Facts["languages"][number]>("language", [before.languages, after.languages], {
      ...opens,
      changed: { trusted: always },
    }),
    ...listed<Facts["systemFunctions"][number]>("function", [before.systemFunctions, after.systemFunctions], {
      ...opens,
      changed: {},
    }),
    ...listed<Facts["systemGrants"][number]>("system object", [before.systemGrants, after.systemGrants], {
      ...opens,
      name: ({ object }) => object,
      changed: {},
    }),
    // How much somebody owns changes with every table; that somebody owns something at all does not.
    ...listed<Pick<Facts["owned"][number], "role" | "kind">>("ownership", [owners(before), owners(after)], {
      name: ({ role, kind }) => `of ${role} in ${kind}`,
      added: () => "look",
      removed: () => "safe",
      changed: {},
    }),
  ];
}

function owners({ owned }: Facts): Pick<Facts["owned"][number], "role" | "kind">[] {
  return owned.map(({ role, kind }) => ({ role, kind }));
}
