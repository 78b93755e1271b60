/** One statement of a script. */
export interface SqlStatement {
  readonly text: string;
  /** Where it begins in the script, from 1. */
  readonly line: number;
}

/** What has to be passed over whole, since a `;` in it ends nothing; words, since BEGIN ATOMIC opens a body. */
const TOKEN =
  /--[^\n]*|\/\*|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?<tag>[\p{L}_][\p{L}\p{N}_]*)?\$|(?<word>[\p{L}_][\p{L}\p{N}_$]*)(?<text>'(?:\\[\s\S]|[^'\\]|'')*')?|[();]/gu;

/**
 * Takes a script apart at the `;` between its statements, as psql does: not at those in
 * strings, comments, function bodies and parentheses.
 */
export function splitStatements(script: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start = 0;
  let parentheses = 0;
  /** How many BEGIN ATOMIC and, inside them, CASE are open. */
  let bodies = 0;
  let previous = "";
  const end = (at: number) => {
    const statement = trimmed(script, start, at);
    if (statement) statements.push(statement);
    start = at;
    parentheses = 0;
    bodies = 0;
  };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(script); match; match = TOKEN.exec(script)) {
    const [token] = match;
    const word = match.groups?.word?.toUpperCase();
    if (token === "/*") TOKEN.lastIndex = afterComment(script, match.index);
    else if (token.startsWith("$")) TOKEN.lastIndex = afterQuoted(script, TOKEN.lastIndex, token);
    else if (token === "(") parentheses++;
    else if (token === ")") parentheses--;
    else if (token === ";" && parentheses <= 0 && bodies === 0) end(TOKEN.lastIndex);
    else if (word !== undefined) {
      if ((word === "ATOMIC" && previous === "BEGIN") || (word === "CASE" && bodies > 0)) bodies++;
      if (word === "END" && bodies > 0) bodies--;
      // E'…' is the only string in which a backslash hides a quote.
      if (match.groups?.text !== undefined && word !== "E") TOKEN.lastIndex -= match.groups.text.length;
      previous = word;
    }
  }
  end(script.length);
  return statements;
}

/** Comments nest. */
function afterComment(script: string, start: number): number {
  const sign = /\/\*|\*\//g;
  sign.lastIndex = start;
  let depth = 0;
  for (let match = sign.exec(script); match; match = sign.exec(script)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return sign.lastIndex;
  }
  return script.length;
}

function afterQuoted(script: string, start: number, quote: string): number {
  const end = script.indexOf(quote, start);
  return end < 0 ? script.length : end + quote.length;
}

/** A piece of the script without the blanks and comments before it; nothing when that is all there is. */
function trimmed(script: string, start: number, end: number): SqlStatement | undefined {
  let at = start;
  for (;;) {
    const blank = /^(?:\s+|--[^\n]*)/.exec(script.slice(at, end))?.[0].length ?? 0;
    const next = script.startsWith("/*", at) ? Math.min(end, afterComment(script, at)) : at + blank;
    if (next === at) break;
    at = next;
  }
  const text = script.slice(at, end).trim();
  if (text === "" || text === ";") return undefined;
  return { text, line: script.slice(0, at).split("\n").length };
}
