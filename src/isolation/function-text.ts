/** What opens a part of a body that isn't code, and what closes it. A comment may hold another. */
const OPENING = /--|\/\*|'|"|\$(?:[A-Za-z_]\w*)?\$/g;

/**
 * A function's body with strings, names in quotes and comments made blank, in one pass: what looks like a comment in a
 * string isn't one, nor the other way round.
 * @returns null for what isn't certain: a backslash before a quote means different things in different sessions, an
 * escaped identifier hides its name, and something may not be closed
 */
export function codeOf(body: string): string | null {
  if (/\\'|\bU&["']/i.test(body)) return null;
  let code = "";
  let at = 0;
  while (at < body.length) {
    OPENING.lastIndex = at;
    const opening = OPENING.exec(body);
    if (!opening) return code + body.slice(at);
    const [mark] = opening;
    const end = mark === "/*" ? endOfComment(body, opening.index) : endOf(body, mark, opening.index + mark.length);
    if (end === null) return null;
    // A quoted name is still a name: `"pg_notify"('channel', 'text')` calls it.
    code += `${body.slice(at, opening.index)} ${mark === '"' ? body.slice(opening.index + 1, end - 1) : ""} `;
    at = end;
  }
  return code;
}

function endOf(body: string, mark: string, from: number): number | null {
  const close = mark === "--" ? "\n" : mark;
  const at = body.indexOf(close, from);
  if (at < 0) return mark === "--" ? body.length : null;
  return at + close.length;
}

function endOfComment(body: string, from: number): number | null {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  let depth = 0;
  for (let mark = marks.exec(body); mark; mark = marks.exec(body)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.index + 2;
  }
  return null;
}
