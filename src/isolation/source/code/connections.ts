import type { Node } from "@babel/types";
import type { SourceRule } from "../source-rule.js";
import type { Bindings, Path } from "./bindings.js";
import type { Misuse } from "./raw-queries.js";
import { isMember, keyName } from "./syntax.js";
import { roleOf, type Visited } from "./walk.js";

export const CONNECTION_OUTSIDE: SourceRule = {
  id: "connection-outside",
  title: "Connections to the database are opened only in the places that the configuration names.",
  severity: "high",
};

/** Packages that open connections, whatever of them is called. */
const DRIVERS =
  /^(pg|pg-pool|pg-native|pg-promise|postgres|slonik|knex|sequelize|typeorm|@neondatabase\/serverless|@vercel\/postgres|@electric-sql\/pglite|pglite-prisma-adapter|@prisma\/adapter-[\w-]+|@mikro-orm\/postgresql|drizzle-orm\/(node-postgres|postgres-js|neon[\w-]*|vercel-postgres|pglite))$/;

/** What a driver has besides. */
const HARMLESS = new Set([
  "types",
  "DatabaseError",
  "defaults",
  "escapeIdentifier",
  "escapeLiteral",
  "TypeOverrides",
  "PostgresError",
]);

/**
 * Looks at one node of a file outside those places.
 * @returns whether it has to do with connections, and what is wrong with it
 */
export function findConnection(visited: Visited, bindings: Bindings): { readonly misuse: Misuse | null } | undefined {
  const { node, parent } = visited;
  const passedOn = reexport(node);
  if (passedOn !== undefined) return { misuse: passedOn };
  if (node.type === "Identifier" ? roleOf(visited) !== "reference" : !isMember(node)) return undefined;
  const path = bindings.pathOf(node);
  // `pg` in `pg.Pool` is judged as part of the whole.
  if (!path || (parent && isMember(parent) && parent.object === node)) return undefined;
  if (path.at(-1) === "PrismaClient") {
    return { misuse: isOnlyNamed(visited) ? null : { node, why: "A Prisma client is made here, with a connection of its own." } };
  }
  const [module = "", member] = path;
  if (!DRIVERS.test(module)) return undefined;
  const isAlias = parent?.type === "VariableDeclarator" || parent?.type === "TSImportEqualsDeclaration";
  if (isAlias || (member !== undefined && HARMLESS.has(member)) || isTested(visited)) return { misuse: null };
  return { misuse: { node, why: `${path.join(".")} opens a connection of its own.` } };
}

/** Handed to `tenantDb()` as `client`, held against by `instanceof`, or given another name that is followed. */
function isOnlyNamed(visited: Visited): boolean {
  const { parent, grandparent, key } = visited;
  const property = parent?.type === "AssignmentPattern" && key === "right" ? grandparent : parent;
  if (property?.type === "ObjectProperty") return keyName(property) === "client";
  if (parent?.type === "ExportSpecifier") return exportedName(parent) === "PrismaClient";
  return parent?.type === "VariableDeclarator" || isTested(visited);
}

function isTested({ parent, key }: Visited): boolean {
  return parent?.type === "BinaryExpression" && parent.operator === "instanceof" && key === "right";
}

/** Under another name, or with all the rest, those who import it can't be told from others. */
function reexport(node: Node): Misuse | null | undefined {
  if (node.type === "ExportAllDeclaration") {
    return DRIVERS.test(node.source.value) ? { node, why: `${node.source.value} is handed on to other files.` } : undefined;
  }
  if (node.type !== "ExportNamedDeclaration" || !node.source) return undefined;
  const { value: module } = node.source;
  for (const each of node.specifiers) {
    if (each.type !== "ExportSpecifier") continue;
    const path: Path = [module, each.local.name];
    const isRenamedClient = each.local.name === "PrismaClient" && exportedName(each) !== "PrismaClient";
    if (isRenamedClient || (DRIVERS.test(module) && !HARMLESS.has(each.local.name))) {
      return { node, why: `${path.join(".")} is handed on to other files.` };
    }
  }
  return undefined;
}

function exportedName({ exported }: Extract<Node, { type: "ExportSpecifier" }>): string {
  return exported.type === "Identifier" ? exported.name : exported.value;
}
