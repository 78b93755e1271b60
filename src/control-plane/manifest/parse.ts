import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { isTooDeep, TOO_DEEP } from "./depth.js";
import { type Fault, type Path, validate } from "./validate.js";

/** A tenant as a manifest says that it has to be; what is left out stays as it is. */
export interface DeclaredTenant {
  readonly slug: string;
  readonly name: string;
  readonly ownerEmail: string;
  readonly plan?: string;
  readonly status?: "active" | "suspended";
  readonly region?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A place in a file; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong in a manifest, and where. */
export interface Problem extends Position {
  readonly message: string;
}

export interface Declaration {
  readonly tenant: DeclaredTenant;
  /** Where it stands, or what it says of one key. */
  position(key?: keyof DeclaredTenant): Position;
}

export interface ParsedManifest {
  readonly declarations: readonly Declaration[];
  readonly problems: readonly Problem[];
}

/** Reads one manifest, YAML 1.2 or JSON (which YAML includes). Nothing is declared by one that has problems. */
export function parseManifest(file: string, text: string): ParsedManifest {
  if (isTooDeep(text)) return { declarations: [], problems: [{ file, line: 1, column: 1, message: TOO_DEEP }] };
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const syntax = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ ...at(pos[0]), message }));
  if (syntax.length > 0) return { declarations: [], problems: syntax };
  const content = contentOf(document);
  if (content instanceof Error) return { declarations: [], problems: [{ ...at(0), message: content.message }] };
  const place = (path: Path, part: Fault["at"] = "value") => at(offsetOf(document, path, part));
  const problems = validate(content).map(({ path, at: part, message }) => ({ ...place(path, part), message }));
  if (problems.length > 0) return { declarations: [], problems };
  const { tenants } = content as { readonly tenants: readonly DeclaredTenant[] };
  const declarations = tenants.map((tenant, index) => ({
    tenant,
    position: (key?: keyof DeclaredTenant) => place(key === undefined ? ["tenants", index] : ["tenants", index, key]),
  }));
  return { declarations, problems: [] };
}

/** A few aliases that multiply each other could fill the memory: yaml refuses to follow them. */
function contentOf(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return error;
  }
}

/** Where a path leads, or as far as it leads: a key that is missing is missing in its map. */
function offsetOf(document: Document.Parsed, path: Path, part: Fault["at"]): number {
  let node: Node | null | undefined = document.contents;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let next: Node | null | undefined;
    if (isSeq(node)) next = node.items[Number(step)] as Node | undefined;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      const isWanted = part === "key" && depth === path.length - 1;
      next = (isWanted ? pair?.key : (pair?.value ?? pair?.key)) as Node | undefined;
    }
    if (!next) break;
    node = next;
  }
  return node?.range?.[0] ?? 0;
}
