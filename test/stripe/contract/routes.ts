import { readFileSync } from "node:fs";
import ts from "typescript";

/** A method of one of the package's resource classes, and the request that it sends. */
export interface SourceRoute {
  readonly className: string;
  readonly methodName: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** With `{id}` where the caller's arguments go. */
  readonly path: string;
}

/**
 * Reads the requests out of a resource's JavaScript: the types say what a method takes and
 * gives, only the code says where it goes.
 */
export function readRoutes(file: string): SourceRoute[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const routes: SourceRoute[] = [];
  for (const declaration of source.statements.filter(ts.isClassDeclaration)) {
    for (const member of declaration.members.filter(ts.isMethodDeclaration)) {
      const request = findRequest(member);
      if (request) routes.push({ className: declaration.name?.text ?? "", methodName: member.name.getText(), ...request });
    }
  }
  return routes;
}

function findRequest(node: ts.Node): Pick<SourceRoute, "method" | "path"> | undefined {
  if (ts.isCallExpression(node) && node.expression.getText().endsWith("._makeRequest")) {
    const [method, path] = node.arguments;
    if (method && path && ts.isStringLiteral(method)) {
      return { method: method.text as SourceRoute["method"], path: pathOf(path) };
    }
  }
  return ts.forEachChild(node, findRequest);
}

function pathOf(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) throw new Error(`A path of another form: ${node.getText()}`);
  return node.templateSpans.reduce(
    (path, span) => `${path}{${span.expression.getText().replace(/^encodeURIComponent\((.*)\)$/, "$1")}}${span.literal.text}`,
    node.head.text,
  );
}
