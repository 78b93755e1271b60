/** Text that came from a database or a person, made safe for a terminal, and its width there. */

// A tenant's name may hold an escape sequence that rewrites the operator's screen, or a
// mark that turns the reading direction round.
const CONTROL = /\p{Cc}+/gu;
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** One line without anything that a terminal would obey. */
export function plainLine(text: string): string {
  return text.replace(CONTROL, " ").replace(DIRECTION, "");
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const NO_WIDTH = /\p{M}|\p{Cf}/u;

/** Columns that a line without colours takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (NO_WIDTH.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Wraps at spaces, and inside a word that is wider than a line. */
export function wrapLines(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").flatMap((each) => breakWord(each, width))) {
    const line = lines.at(-1);
    if (line !== undefined && displayWidth(`${line} ${word}`) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function breakWord(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word];
  const pieces = [""];
  for (const character of word) {
    const piece = pieces.at(-1) as string;
    if (displayWidth(piece + character) <= width) pieces[pieces.length - 1] = piece + character;
    else pieces.push(character);
  }
  return pieces;
}
