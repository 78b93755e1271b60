import type { SourceRule } from "../source-rule.js";
import type { Misuse } from "./raw-queries.js";
import { isMember, keyName, propertyName } from "./syntax.js";
import type { Visited } from "./walk.js";

export const UNSCOPED_CLIENT: SourceRule = {
  id: "unscoped-client",
  title: "Nobody reaches through a tenant's client to the client that it was made of.",
  severity: "high",
};

const PARENT = "$parent";

/** Looks at one node of a file: `$parent` is the client without its extensions, the tenant's among them. */
export function findUnscopedClient({ node, parent }: Visited): { readonly misuse: Misuse | null } | undefined {
  const isTaken =
    (isMember(node) && propertyName(node) === PARENT) ||
    (node.type === "ObjectProperty" && parent?.type === "ObjectPattern" && keyName(node) === PARENT);
  return isTaken ? { misuse: { node, why: "$parent is the client without what scopes it to a tenant." } } : undefined;
}
