/** More than anything has that azora writes or reads; few enough that no function runs out of stack on its way down. */
export const DEEPEST = 100;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENS = new Set([0x5b, 0x7b]);
const CLOSES = new Set([0x5d, 0x7d]);

/**
 * Reads JSON that may be anybody's. JSON.parse() itself takes any depth, and what looks at its result doesn't.
 * @throws SyntaxError for what is no JSON, and for more than 100 values inside each other
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isTooDeep(text)) throw new SyntaxError(`it is nested deeper than ${DEEPEST} levels`);
  return value;
}

/** @param text JSON */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) isString = false;
    } else if (code === QUOTE) isString = true;
    else if (OPENS.has(code)) {
      if (++depth > DEEPEST) return true;
    } else if (CLOSES.has(code)) depth--;
  }
  return false;
}
