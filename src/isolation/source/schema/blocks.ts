/** A `model`, `view`, `datasource` … of a schema file, and where it stands. */
export interface Block {
  readonly kind: string;
  readonly name: string;
  readonly line: number;
  readonly members: readonly Member[];
}

/** A field, a setting or an attribute of the block (`@@id`), comments left out. */
export interface Member {
  /** `accountId`, `@@id`. */
  readonly name: string;
  readonly line: number;
  readonly text: string;
}

interface Token {
  readonly kind: "text" | "string" | "comment" | "newline";
  readonly text: string;
}

/**
 * Prisma's parser tells what a schema says, not where: this finds the lines. It takes
 * files that the parser has accepted, so it needn't know what is wrong.
 */
export function findBlocks(schema: string): Block[] {
  const blocks: Block[] = [];
  let line = 1;
  let head = "";
  let open: { kind: string; name: string; line: number; members: Member[] } | undefined;
  let member: { line: number; text: string } | undefined;
  let depth = 0;

  const endMember = () => {
    if (open && member) open.members.push(finished(member));
    member = undefined;
  };

  for (const { kind, text } of tokens(schema)) {
    if (kind === "newline") {
      line++;
      if (depth <= 1) endMember();
      else if (member) member.text += " ";
      if (!open) head = "";
      continue;
    }
    if (kind === "comment") continue;
    if (!open) {
      if (text !== "{") {
        head += text;
        continue;
      }
      const [block = "", name = ""] = head.trim().split(/\s+/);
      open = { kind: block, name, line, members: [] };
      depth = 1;
      continue;
    }
    if ("{([".includes(text)) depth++;
    if ("})]".includes(text)) depth--;
    if (depth === 0) {
      endMember();
      blocks.push(open);
      open = undefined;
      head = "";
    } else if (member) {
      member.text += text;
    } else if (text.trim() !== "") {
      member = { line, text };
    }
  }
  return blocks;
}

/** The comments of a schema file, each with its line. */
export function schemaComments(schema: string): { readonly text: string; readonly line: number }[] {
  const comments: { text: string; line: number }[] = [];
  let line = 1;
  for (const { kind, text } of tokens(schema)) {
    if (kind === "newline") line++;
    if (kind === "comment") comments.push({ text, line });
  }
  return comments;
}

function finished({ line, text }: { line: number; text: string }): Member {
  const trimmed = text.trim();
  return { name: /^[^\s(=]+/.exec(trimmed)?.[0] ?? trimmed, line, text: trimmed };
}

/** Strings and comments whole, brackets one by one, since only those change what a line means. */
function* tokens(schema: string): Generator<Token> {
  const pattern =
    /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>"(?:\\.|[^"\\])*")|(?<newline>\n)|[{}()[\]]|[^\S\n]+|[^\s"{}()[\]/]+|\//g;
  for (const { 0: text, groups = {} } of schema.matchAll(pattern)) {
    if (groups.comment !== undefined) yield* comment(text);
    else yield { kind: groups.newline ? "newline" : groups.string ? "string" : "text", text };
  }
}

function* comment(text: string): Generator<Token> {
  for (const _ of text.matchAll(/\n/g)) yield { kind: "newline", text: "\n" };
  yield { kind: "comment", text };
}
