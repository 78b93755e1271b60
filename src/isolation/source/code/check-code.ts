import type { File, Node } from "@babel/types";
import type { TextFile } from "../files.js";
import type { Comment } from "../ignores.js";
import type { SourceRule, Survey } from "../source-rule.js";
import { UNREADABLE } from "../unreadable.js";
import { Bindings } from "./bindings.js";
import { CONNECTION_OUTSIDE, findConnection } from "./connections.js";
import { MIXED_EXTENSIONS, parseCode } from "./parse.js";
import { findRawQuery, type Misuse, RAW_QUERY_UNSAFE } from "./raw-queries.js";
import { isMember } from "./syntax.js";
import { findUnscopedClient, UNSCOPED_CLIENT } from "./unscoped-client.js";
import { type Visited, walk } from "./walk.js";

/** The invariants of an application's code. */
export const CODE_RULES = [RAW_QUERY_UNSAFE, CONNECTION_OUTSIDE, UNSCOPED_CLIENT] as const;

interface CodeCheck {
  readonly rule: SourceRule;
  readonly allows: string;
  find(visited: Visited, bindings: Bindings): { readonly misuse: Misuse | null } | undefined;
}

const CHECKS: readonly CodeCheck[] = [
  {
    rule: RAW_QUERY_UNSAFE,
    allows: "Whoever has a say in that text can run SQL of their own on the tenant's connection.",
    find: findRawQuery,
  },
  {
    rule: CONNECTION_OUTSIDE,
    allows: "Statements reach the database without a tenant's context and without its audit log.",
    find: findConnection,
  },
  {
    rule: UNSCOPED_CLIENT,
    allows: "What is asked of it is asked without a tenant.",
    find: findUnscopedClient,
  },
];

interface CodeInput {
  readonly file: TextFile;
  /** Whether the configuration names the file as a place that opens connections. */
  readonly mayConnect: boolean;
  readonly survey: Survey;
}

/**
 * Holds a source file against the rules.
 * @returns its comments, for whoever looks for those that accept a line
 */
export function checkCode({ file, mayConnect, survey }: CodeInput): Comment[] {
  survey.count(UNREADABLE);
  const tree = readTree(file, survey);
  if (!tree) return [];
  const lines = file.content.split("\n");
  const bindings = new Bindings(tree.program);
  for (const visited of walk(tree.program)) {
    for (const { rule, allows, find } of CHECKS) {
      const found = find(visited, bindings);
      if (!found) continue;
      survey.count(rule);
      if (!found.misuse || (mayConnect && rule === CONNECTION_OUTSIDE)) continue;
      const line = lineOf(visited.node);
      const evidence = `${found.misuse.why} ${excerpt(lines[line - 1])}`;
      survey.add({ rule, place: { file: file.path, line }, allows, evidence, fix: null });
    }
  }
  return (tree.comments ?? []).map(({ value, loc }) => ({ text: value, line: loc?.start.line ?? 0 }));
}

function readTree(file: TextFile, survey: Survey): File | undefined {
  try {
    const isMixed = MIXED_EXTENSIONS.some((extension) => file.path.endsWith(`.${extension}`));
    if (!isMixed) return parseCode(file.path, file.content);
    addUnreadable({ file, line: 1, survey, why: "Code inside such a file isn't taken out of it." });
  } catch (error) {
    const { loc, message } = error as SyntaxError & { loc?: { line: number } };
    // The finding has the line, and its evidence must stay when that moves.
    addUnreadable({ file, line: loc?.line ?? 1, survey, why: message.replace(/ \(\d+:\d+\)/, "") });
  }
  return undefined;
}

interface Unreadable {
  readonly file: TextFile;
  readonly line: number;
  readonly survey: Survey;
  readonly why: string;
}

function addUnreadable({ file, line, survey, why }: Unreadable): void {
  survey.add({
    rule: UNREADABLE,
    place: { file: file.path, line },
    allows: "Nothing in it was checked.",
    evidence: why,
    fix: null,
  });
}

/** A chain of calls begins lines above the one that matters. */
function lineOf(node: Node): number {
  const { loc } = isMember(node) ? node.property : node;
  return loc?.start.line ?? 0;
}

function excerpt(line = ""): string {
  const text = line.trim();
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
