/**
 * Reads a policy's expression as pg_get_expr() prints it (every operator in parentheses of its own), as far as is
 * needed to say one thing for certain: that nothing gets through but rows of the asking account.
 */

/** Casts that keep two different accounts different. One with a length, to "char" or to name would cut. */
const FAITHFUL_CASTS = /::(?:uuid|text|character varying|bigint|integer|numeric)$/;

/**
 * Whether an expression is a conjunction that holds `account = context`, either way round.
 * @param account the column's bare name
 * @param contexts the expressions that name the asking account
 */
export function binds(expression: string, account: string, contexts: readonly string[]): boolean {
  const wanted = contexts.map(bare);
  return operands(expression, " AND ").some((conjunct) => {
    const sides = splitTop(conjunct, " = ");
    if (sides.length !== 2) return false;
    const [left = "", right = ""] = sides.map(bare);
    return (left === account && wanted.includes(right)) || (right === account && wanted.includes(left));
  });
}

/** What an expression joins by AND or OR, however it is nested; the expression itself where it joins nothing. */
export function operands(expression: string, joint: " AND " | " OR "): readonly string[] {
  const whole = withoutParentheses(expression);
  const parts = splitTop(whole, joint);
  return parts.length === 1 ? [whole] : parts.flatMap((part) => operands(part, joint));
}

/** An operand without parentheses, faithful casts, a subselect that selects nothing but it, and an identifier's quotes. */
export function bare(operand: string): string {
  const whole = withoutParentheses(operand);
  const identifier = /^"((?:[^"]|"")+)"$/.exec(whole)?.[1];
  if (identifier !== undefined) return identifier.replaceAll('""', '"');
  const uncast = FAITHFUL_CASTS.test(whole) ? whole.replace(FAITHFUL_CASTS, "") : whole;
  const selected = /^SELECT (.+) AS (?:\w+|"[^"]+")$/s.exec(uncast)?.[1];
  const next = selected !== undefined && isLone(selected) ? selected : uncast;
  return next === operand ? operand : bare(next);
}

/** Whether a select list is one expression and nothing follows it. */
function isLone(selected: string): boolean {
  return [", ", " FROM ", " WHERE ", " UNION ", " AS "].every((word) => splitTop(selected, word).length === 1);
}

function withoutParentheses(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith("(") || closing(trimmed) !== trimmed.length - 1) return trimmed;
  return withoutParentheses(trimmed.slice(1, -1));
}

/** Where the parenthesis closes that the text begins with. */
function closing(text: string): number {
  let depth = 0;
  for (const { at, char } of outsideQuotes(text)) {
    if (char === "(") depth++;
    if (char === ")" && --depth === 0) return at;
  }
  return -1;
}

/** Splits at a separator that stands in no parentheses, brackets or quotes. */
function splitTop(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { at, char } of outsideQuotes(text)) {
    if (char === "(" || char === "[") depth++;
    if (char === ")" || char === "]") depth--;
    if (depth === 0 && at >= start && text.startsWith(separator, at)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
    }
  }
  return [...parts, text.slice(start)];
}

function* outsideQuotes(text: string): Generator<{ readonly at: number; readonly char: string }> {
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== "") {
      if (char === "\\" && quote === "'" && isEscapeString(text, at)) at++;
      else if (char === quote) quote = "";
    } else if (char === "'" || char === '"') quote = char;
    else yield { at, char };
  }
}

/** Whether the quote that is open at a place was opened as E'…', where a backslash escapes. */
function isEscapeString(text: string, at: number): boolean {
  return /(?:^|\W)E'(?:[^'\\]|\\.|'')*$/s.test(text.slice(0, at));
}
