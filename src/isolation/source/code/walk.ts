import type { Node } from "@babel/types";

/** A node with what stands around it; `key` is the parent's field that holds it. */
export interface Visited {
  readonly node: Node;
  readonly parent: Node | null;
  readonly grandparent: Node | null;
  readonly key: string;
}

/** Of TypeScript's own nodes those that are more than a type. */
const EVALUATED = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSExportAssignment",
  "TSImportEqualsDeclaration",
  "TSExternalModuleReference",
  "TSParameterProperty",
]);

/** Every node that exists when the program runs: types are passed over. */
export function* walk(root: Node): Generator<Visited> {
  yield* visit({ node: root, parent: null, grandparent: null, key: "" });
}

function* visit(visited: Visited): Generator<Visited> {
  const { node, parent } = visited;
  if (isType(node)) return;
  yield visited;
  for (const [key, value] of Object.entries(node)) {
    if (key === "loc" || key === "extra" || key.endsWith("Comments")) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* visit({ node: child, parent: node, grandparent: parent, key });
    }
  }
}

function isType(node: Node): boolean {
  if (node.type.startsWith("TS")) return !EVALUATED.has(node.type);
  const { importKind, exportKind, declare } = node as { importKind?: unknown; exportKind?: unknown; declare?: unknown };
  return importKind === "type" || exportKind === "type" || declare === true;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/**
 * What an identifier does where it stands: it refers to a variable, declares one, or is
 * only the name of a property.
 */
export function roleOf({ parent, grandparent, key }: Visited): "reference" | "declaration" | "name" {
  switch (parent?.type) {
    case "MemberExpression":
    case "OptionalMemberExpression":
      return key === "object" || parent.computed ? "reference" : "name";
    case "ObjectProperty":
      if (key === "key") return parent.computed ? "reference" : "name";
      return grandparent?.type === "ObjectPattern" ? "declaration" : "reference";
    case "ClassProperty":
    case "ClassAccessorProperty":
      return key === "value" || parent.computed ? "reference" : "name";
    case "ObjectMethod":
    case "ClassMethod":
      if (key === "key") return parent.computed ? "reference" : "name";
      return "declaration";
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "TSParameterProperty":
    case "ArrayPattern":
    case "RestElement":
    case "CatchClause":
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "TSEnumDeclaration":
    case "TSModuleDeclaration":
      return key === "imported" ? "name" : "declaration";
    case "ArrowFunctionExpression":
      return key === "body" ? "reference" : "declaration";
    case "ClassDeclaration":
    case "ClassExpression":
      return key === "superClass" ? "reference" : "declaration";
    case "VariableDeclarator":
    case "TSImportEqualsDeclaration":
      return key === "id" ? "declaration" : "reference";
    case "AssignmentPattern":
    case "AssignmentExpression":
      return key === "left" ? "declaration" : "reference";
    case "ExportSpecifier":
      return key === "local" ? "reference" : "name";
    case "TSEnumMember":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
      return key === "initializer" ? "reference" : "name";
    default:
      return "reference";
  }
}
