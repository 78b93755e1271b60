import { Lexer } from "yaml";
import { DEEPEST } from "../../parse-json.js";

/** Blanks in front of a line, or in front of what begins on it: nobody indents a level by more than ten. */
const MOST_BLANKS = DEEPEST * 10;

export const TOO_DEEP = `It is nested deeper than ${DEEPEST} levels.`;

/**
 * Whether a YAML text is nested deeper than what reads it can follow: yaml goes down call by call, and a process that runs out
 * of stack there may be ended by Node on the spot. Its lexer does not.
 */
export function isTooDeep(text: string): boolean {
  let flow = 0;
  let column = 0;
  let isStart = true;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") flow++;
    if (token === "]" || token === "}") flow--;
    if (flow > DEEPEST) return true;
    // `- - -` and `? ? ?` open a level each on one line.
    if (token.endsWith("\n")) {
      column = 0;
      isStart = true;
    } else if (isStart && /^[ \t?:-]*$/.test(token)) {
      column += token.length;
      if (column > MOST_BLANKS) return true;
    } else isStart = false;
  }
  return false;
}
