import type { Node } from "@babel/types";
import { isStringRaw, keyName, propertyName, withoutType } from "./syntax.js";
import { roleOf, walk } from "./walk.js";

/** A module and the way into it: `["pg", "Pool"]`. `default` is left out, since CommonJS comes and goes without it. */
export type Path = readonly string[];

/** What the names of one file stand for, as far as it can be told without running it. */
export class Bindings {
  readonly #paths = new Map<string, Path>();
  readonly #declared = new Map<string, number>();
  readonly #initial = new Map<string, Node>();

  constructor(root: Node) {
    const aliases: { readonly pattern: Node; readonly value: Node }[] = [];
    for (const visited of walk(root)) {
      const { node, parent } = visited;
      if (node.type === "Identifier" && roleOf(visited) === "declaration") this.#count(node.name);
      if (node.type === "ImportDeclaration") {
        for (const each of node.specifiers) this.#bind(each.local.name, [node.source.value, importedName(each)]);
      }
      if (node.type === "TSImportEqualsDeclaration") aliases.push({ pattern: node.id, value: node.moduleReference });
      if (node.type === "AssignmentExpression") aliases.push({ pattern: node.left, value: node.right });
      if (node.type !== "VariableDeclarator" || !node.init) continue;
      aliases.push({ pattern: node.id, value: node.init });
      const isConst = parent?.type === "VariableDeclaration" && parent.kind === "const";
      if (isConst && node.id.type === "Identifier") this.#initial.set(node.id.name, node.init);
    }
    // One alias may stand on another that is declared further down.
    for (let size = -1; size !== this.#paths.size; ) {
      size = this.#paths.size;
      for (const { pattern, value } of aliases) this.#alias(pattern, this.pathOf(value));
    }
  }

  /** The module's member that an expression names, if it does. */
  pathOf(node: Node): Path | undefined {
    switch (node.type) {
      case "Identifier":
        return this.#paths.get(node.name);
      case "MemberExpression":
      case "OptionalMemberExpression": {
        const object = this.pathOf(node.object);
        const name = propertyName(node);
        return object && name !== undefined ? join(object, name) : undefined;
      }
      case "AwaitExpression":
        return this.pathOf(node.argument);
      case "ImportExpression":
        return node.source.type === "StringLiteral" ? [node.source.value] : undefined;
      case "CallExpression":
        return loadedModule(node);
      case "TSExternalModuleReference":
        return [node.expression.value];
      default: {
        const inner = withoutType(node);
        return inner && this.pathOf(inner);
      }
    }
  }

  /** Whether an expression is the same text in every run: what is put together from literals. */
  isConstant(node: Node): boolean {
    return this.#isConstant(node, new Set());
  }

  #isConstant(node: Node, above: ReadonlySet<Node>): boolean {
    // A constant that is made from itself is an error in every run.
    if (above.has(node)) return false;
    const isConstant = (inner: Node) => this.#isConstant(inner, new Set([...above, node]));
    switch (node.type) {
      case "StringLiteral":
      case "NumericLiteral":
      case "BooleanLiteral":
      case "NullLiteral":
        return true;
      case "TemplateLiteral":
        return node.expressions.every((each) => isConstant(each));
      case "TaggedTemplateExpression":
        return isStringRaw(node.tag) && isConstant(node.quasi);
      case "BinaryExpression":
        return node.operator === "+" && isConstant(node.left) && isConstant(node.right);
      case "ConditionalExpression":
        return isConstant(node.consequent) && isConstant(node.alternate);
      case "Identifier": {
        // A name declared once in the whole file can't be another variable than the one that was seen.
        const initial = this.#declared.get(node.name) === 1 ? this.#initial.get(node.name) : undefined;
        return initial !== undefined && isConstant(initial);
      }
      default: {
        const inner = withoutType(node);
        return inner !== undefined && isConstant(inner);
      }
    }
  }

  #count(name: string): void {
    this.#declared.set(name, (this.#declared.get(name) ?? 0) + 1);
  }

  #bind(name: string, path: Path): void {
    if (!this.#paths.has(name)) this.#paths.set(name, join(path.slice(0, 1), ...path.slice(1)));
  }

  #alias(pattern: Node, path: Path | undefined): void {
    if (!path) return;
    if (pattern.type === "Identifier") this.#bind(pattern.name, path);
    if (pattern.type === "AssignmentPattern") this.#alias(pattern.left, path);
    if (pattern.type !== "ObjectPattern") return;
    for (const property of pattern.properties) {
      if (property.type === "RestElement") this.#alias(property.argument, path);
      else {
        const name = keyName(property);
        if (name !== undefined) this.#alias(property.value, join(path, name));
      }
    }
  }
}

function join(path: Path, ...names: readonly string[]): Path {
  return [...path, ...names.filter((name) => name !== "default" && name !== "")];
}

function importedName(specifier: Node): string {
  if (specifier.type !== "ImportSpecifier") return "";
  return specifier.imported.type === "Identifier" ? specifier.imported.name : specifier.imported.value;
}

/** `require("pg")`, and `import("pg")` as older parsers write it. */
function loadedModule({ callee, arguments: [first] }: Extract<Node, { type: "CallExpression" }>): Path | undefined {
  const loads = callee.type === "Import" || (callee.type === "Identifier" && callee.name === "require");
  return loads && first?.type === "StringLiteral" ? [first.value] : undefined;
}
