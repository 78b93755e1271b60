import type { Catalog } from "../catalog/catalog.js";
import type { Change } from "./change.js";
import { always, fieldChanges, turnedOff, turnedOn } from "./fields.js";
import { grantChanges } from "./grants.js";
import { listed } from "./listed.js";

type Facts = Catalog["database"];

/** What opens the database to the outside is dangerous when it comes, whatever it is for. */
export function wholeChanges(before: Facts, after: Facts): Change[] {
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
