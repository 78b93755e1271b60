import { type Fragment, html, Markup } from "./markup.js";
import { STYLE } from "./style.js";

/** Nothing is loaded, nothing is run, nothing is sent: the page says so itself, and browsers keep it to that. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export interface Document {
  readonly title: string;
  /** What the page adds to the house's style. */
  readonly style?: string;
  readonly body: Fragment;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** One HTML file that needs nothing but a browser. */
export function writeDocument({ title, style = "", body }: Document): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${new Markup(STYLE + style)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;
}

export function section({ id, title, body }: Section): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>\n`;
}
