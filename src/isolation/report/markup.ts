/** Markup that may stand in a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Fragment = Markup | string | number | null | undefined | false | readonly Fragment[];

/** Makes markup of a template: what is put in is text and is written as such, unless it is markup already. */
export function html(strings: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  return new Markup(strings.reduce((text, part, at) => text + render(values[at - 1]) + part));
}

function render(value: Fragment): string {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join("");
  if (value === null || value === undefined || value === false) return "";
  return escapeText(String(value));
}

// A name that turns the reading direction round, or hides a character, must not look like another one.
const UNSEEN = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/gu;

/** Text as it may stand between tags and in quoted attributes. */
function escapeText(text: string): string {
  return text
    .replace(UNSEEN, (character) => (character === "\n" || character === "\t" ? character : visible(character)))
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function visible(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A word that can be the target of a link: an id of HTML, made of any text. */
export function anchor(text: string): string {
  return [...text].map((each) => (/[A-Za-z0-9-]/.test(each) ? each : `_${each.codePointAt(0)?.toString(16)}`)).join("");
}

/** `3 tables`, `1 table`. */
export function count(number: number, noun: string): string {
  const plural = /(s|x|ch)$/.test(noun) ? `${noun}es` : /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number.toLocaleString("en-US")} ${number === 1 ? noun : plural}`;
}
