import type { Relation } from "../../catalog/catalog.js";
import { html, type Markup } from "../markup.js";
import type { Person, Scene } from "../people.js";
import { type Hold, TABLE_RIGHTS, type TableRight } from "../reach.js";

/** One letter each, as psql's \dp has it for the rarer ones. */
const LETTER: Readonly<Record<TableRight, string>> = {
  SELECT: "S",
  INSERT: "I",
  UPDATE: "U",
  DELETE: "D",
  TRUNCATE: "T",
  REFERENCES: "R",
  TRIGGER: "G",
};

const SIDE: Readonly<Record<Person["side"], string>> = {
  runtime: "application",
  control: "control plane",
  owner: "owner",
  stranger: "neither plane",
  public: "everybody",
};

/** Who may do what with which table: a picture made of a table, so that it can be read aloud and copied. */
export function grantsSection(scene: Scene): Markup {
  const { tenantRelations, controlRelations, people } = scene;
  return html`
    <p>Rights that a role has by itself, by a role it is in or can turn into, by ownership, or as one of PUBLIC. A filled square is a right on the whole
      table, a small letter with a dotted square one on some columns, an empty square none. Row security still stands behind each.</p>
    <ul class="legend">${TABLE_RIGHTS.map((right) => html`<li><span class="right whole" aria-hidden="true">${LETTER[right]}</span> ${right}</li>`)}</ul>
    ${matrix("Tenant plane", tenantRelations, people, scene)}
    ${controlRelations.length > 0 && matrix("Control plane", controlRelations, people, scene)}`;
}

function matrix(title: string, relations: readonly Relation[], people: readonly Person[], scene: Scene): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Rights on the ${title.toLowerCase()}"><table class="matrix">
    <caption>${title}</caption>
    <thead><tr><td></td>${people.map(
      ({ name, side, login }) =>
        html`<th scope="col">${name ?? "PUBLIC"}<span class="quiet">${SIDE[side]}${login && ", login"}</span></th>`,
    )}</tr></thead>
    <tbody>${relations.map(
      (
        relation,
      ) => html`<tr><th scope="row"><code>${relation.name}</code>${relation.kind !== "table" && html` <span class="quiet">${relation.kind}</span>`}</th>
      ${people.map(({ name }) => cell(scene.reach.rightsOn(name, relation)))}</tr>`,
    )}</tbody></table></div>`;
}

function cell(held: ReadonlyMap<TableRight, Hold>): Markup {
  const spoken = TABLE_RIGHTS.flatMap((right) => {
    const hold = held.get(right);
    if (!hold) return [];
    return hold.kind === "whole" ? [right] : [`${right} (${hold.columns.join(", ")})`];
  });
  const squares = TABLE_RIGHTS.map((right) => {
    const hold = held.get(right);
    if (!hold) return html`<span class="right"></span>`;
    return hold.kind === "whole"
      ? html`<span class="right whole">${LETTER[right]}</span>`
      : html`<span class="right some" title="${right} (${hold.columns.join(", ")})">${LETTER[right].toLowerCase()}</span>`;
  });
  return html`<td><span class="rights" aria-hidden="true">${squares}</span><span class="unseen">${spoken.join(", ") || "nothing"}</span></td>`;
}
