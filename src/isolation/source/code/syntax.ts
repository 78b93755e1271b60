import type { Node } from "@babel/types";

export type Call = Extract<Node, { type: "CallExpression" | "OptionalCallExpression" | "NewExpression" }>;
export type Member = Extract<Node, { type: "MemberExpression" | "OptionalMemberExpression" }>;

export function isCall(node: Node): node is Call {
  return node.type === "CallExpression" || node.type === "OptionalCallExpression" || node.type === "NewExpression";
}

export function isMember(node: Node): node is Member {
  return node.type === "MemberExpression" || node.type === "OptionalMemberExpression";
}

/** The name of the property that a member expression takes, also as `object["name"]`; undefined when it is computed. */
export function propertyName(node: Member): string | undefined {
  if (!node.computed && node.property.type === "Identifier") return node.property.name;
  return literal(node.property);
}

/** The key of an object's property, when it is written down. */
export function keyName({ key, computed }: Extract<Node, { type: "ObjectProperty" }>): string | undefined {
  return !computed && key.type === "Identifier" ? key.name : literal(key);
}

/** The expression that a type assertion is about. */
export function withoutType(node: Node): Node | undefined {
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
    case "ParenthesizedExpression":
      return node.expression;
    default:
      return undefined;
  }
}

function literal(node: Node): string | undefined {
  if (node.type === "StringLiteral") return node.value;
  if (node.type !== "TemplateLiteral" || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** The tag of String.raw`…`. */
export function isStringRaw(tag: Node): boolean {
  return (
    tag.type === "MemberExpression" &&
    tag.object.type === "Identifier" &&
    tag.object.name === "String" &&
    propertyName(tag) === "raw"
  );
}
