import type { Node } from "@babel/types";
import type { SourceRule } from "../source-rule.js";
import type { Bindings, Path } from "./bindings.js";
import { type Call, isCall, isMember, keyName, propertyName, withoutType } from "./syntax.js";
import { roleOf, type Visited } from "./walk.js";

export const RAW_QUERY_UNSAFE: SourceRule = {
  id: "raw-query-unsafe",
  title: "Raw SQL is written in the source; values reach it as parameters only.",
  severity: "high",
};

/** What is wrong with a node, and its evidence. */
export interface Misuse {
  readonly node: Node;
  readonly why: string;
}

// azora-ignore raw-query-unsafe: the names are looked for, not called
const UNSAFE_METHODS = new Set(["$queryRawUnsafe", "$executeRawUnsafe"]);
const TAGGED_METHODS = new Set(["$queryRaw", "$executeRaw"]);

/** Which arguments of Prisma's functions become SQL as they are; the others become parameters. */
const SQL_ARGUMENTS: Readonly<Record<string, (args: Call["arguments"]) => readonly Node[]>> = {
  raw: (args) => args.slice(0, 1),
  sql: (args) => args.slice(0, 1),
  Sql: (args) => args.slice(0, 1),
  join: (args) => args.slice(1, 4),
};

/** Modules that have Prisma's SQL functions beside the name `Prisma`. */
const SQL_MODULES = /^(sql-template-tag|@prisma\/client\/(runtime|sql)\b.*|@prisma\/client-runtime-utils)$/;

/**
 * Looks at one node of a file. The functions that take SQL as text must be called on the
 * spot with text that is the same in every run; a mention of them that isn't such a call could lead anywhere.
 * @returns whether it has to do with raw SQL, and what is wrong with it
 */
export function findRawQuery(visited: Visited, bindings: Bindings): { readonly misuse: Misuse | null } | undefined {
  const { node, parent } = visited;
  const method = unsafeName(visited);
  if (method !== undefined) {
    const call = callOf(visited);
    if (!call) return wrong(node, `${method} is named here without being called, so what reaches it can't be told.`);
    return judge(call.arguments.slice(0, 1), bindings, `${method} gets text that is put together at run time.`);
  }
  const made = sqlFunction(node, visited, bindings);
  if (made !== undefined) {
    if (parent?.type === "TaggedTemplateExpression" && parent.tag === node) return { misuse: null };
    const call = callOf(visited);
    const name = made === "Sql" ? "new Prisma.Sql" : `Prisma.${made}`;
    if (!call) return wrong(node, `${name} is named here without being called, so what reaches it can't be told.`);
    return judge(SQL_ARGUMENTS[made]?.(call.arguments) ?? [], bindings, `${name} makes SQL of text put together at run time.`);
  }
  if (isCall(node) && TAGGED_METHODS.has(methodName(node.callee) ?? "")) {
    const [first] = node.arguments;
    const isForged =
      first !== undefined && /^(ObjectExpression|ArrayExpression|TSAsExpression|TSTypeAssertion)$/.test(first.type);
    if (isForged) return wrong(node, `${methodName(node.callee)} gets something made up to look like a template.`);
    return { misuse: null };
  }
  if (node.type === "TaggedTemplateExpression" && TAGGED_METHODS.has(methodName(node.tag) ?? "")) return { misuse: null };
  return undefined;
}

function judge(sql: readonly Node[], bindings: Bindings, why: string): { misuse: Misuse | null } {
  const open = sql.find((each) => !isFixed(each, bindings));
  return { misuse: open === undefined ? null : { node: open, why } };
}

function isFixed(node: Node, bindings: Bindings): boolean {
  if (node.type === "ArrayExpression") return node.elements.every((each) => each !== null && isFixed(each, bindings));
  return bindings.isConstant(node);
}

function wrong(node: Node, why: string): { misuse: Misuse } {
  return { misuse: { node, why } };
}

/** `db.$queryRawUnsafe`, `db["$queryRawUnsafe"]`, `{ $queryRawUnsafe }` taken out of a client, or the bare text of the name. */
function unsafeName({ node, parent, key }: Visited): string | undefined {
  if (isMember(node)) return known(propertyName(node));
  if (node.type === "ObjectProperty" && parent?.type === "ObjectPattern") return known(keyName(node));
  if (node.type !== "StringLiteral") return undefined;
  const isKey = (parent?.type === "ObjectProperty" || parent?.type === "ObjectMethod") && key === "key";
  const isProperty = parent !== null && isMember(parent) && key === "property";
  return isKey || isProperty ? undefined : known(node.value);
}

function known(name: string | undefined): string | undefined {
  return name !== undefined && UNSAFE_METHODS.has(name) ? name : undefined;
}

/** Which of Prisma's SQL functions an expression is. */
function sqlFunction(node: Node, visited: Visited, bindings: Bindings): string | undefined {
  if (node.type === "Identifier" ? roleOf(visited) !== "reference" : !isMember(node)) return undefined;
  const path = bindings.pathOf(node) ?? globalPath(node);
  const name = path && memberOfPrisma(path);
  return name !== undefined && Object.hasOwn(SQL_ARGUMENTS, name) ? name : undefined;
}

function memberOfPrisma(path: Path): string | undefined {
  const [module = "", ...names] = path;
  if (path.length === 1) return module === "sql-template-tag" ? "sql" : undefined;
  if (path.at(-2) !== "Prisma" && !SQL_MODULES.test(module)) return undefined;
  return names.at(-1) === "sqltag" ? "sql" : names.at(-1);
}

/** `Prisma.raw` where `Prisma` comes from elsewhere: a parameter, a global. */
function globalPath(node: Node): Path | undefined {
  if (!isMember(node)) return undefined;
  const { object } = node;
  const name = object.type === "Identifier" ? object.name : isMember(object) ? propertyName(object) : undefined;
  const member = propertyName(node);
  return name === "Prisma" && member !== undefined ? ["Prisma", member] : undefined;
}

/** The call or `new` whose callee the node is, assertions in between left out. */
function callOf({ node, parent, grandparent }: Visited): Call | undefined {
  if (parent && isCall(parent)) return parent.callee === node ? parent : undefined;
  const wraps = parent !== null && withoutType(parent) === node;
  return wraps && grandparent && isCall(grandparent) && grandparent.callee === parent ? grandparent : undefined;
}

function methodName(callee: Node): string | undefined {
  return isMember(callee) ? propertyName(callee) : undefined;
}
