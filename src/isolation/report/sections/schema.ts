import type { Column, Relation } from "../../catalog/catalog.js";
import { anchor, count, html, type Markup } from "../markup.js";
import type { Scene } from "../people.js";

/** Every table of the tenant plane, its account column in front of everybody's eyes. */
export function schemaSection(scene: Scene): Markup {
  const { tenantRelations } = scene;
  if (tenantRelations.length === 0) return html`<p>There is no table in the schemas of tenants.</p>`;
  return html`<p>The highlighted column, marked ◆, says whose a row is. Open a table for its keys and foreign keys.</p>
    ${tenantRelations.map((relation) => table(relation, scene.accountOf(relation)))}`;
}

function table(relation: Relation, account: string): Markup {
  const { name, kind, columns, constraints, indexes, rowSecurity, forceRowSecurity, triggers, owner } = relation;
  const carries = columns.some((column) => column.name === account);
  const security = rowSecurity ? (forceRowSecurity ? "row security forced" : "row security on, not forced") : "no row security";
  const caption = `${count(columns.length, "column")} · ${security}`;
  const hasKeys = constraints.length > 0 || indexes.length > 0;
  return html`<details id="table-${anchor(name)}">
    <summary><code>${name}</code> <span class="quiet">${kind === "table" ? "" : `${kind} · `}${caption}${!carries && " · no account column"}</span></summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Columns of ${name}"><table>
      <caption>Columns of ${name}; owner ${owner}</caption>
      <thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">Null</th><th scope="col">Default</th></tr></thead>
      <tbody>${columns.map((column) => row(column, account))}</tbody></table></div>
    ${hasKeys && keys(relation)}
    ${
      triggers.length > 0 &&
      html`<h3>Triggers</h3><ul class="plain">${triggers.map(({ definition, enabled }) => html`<li><code>${definition}</code>${enabled !== "origin" && html` <span class="quiet">(${enabled})</span>`}</li>`)}</ul>`
    }</details>`;
}

function keys({ constraints, indexes }: Relation): Markup {
  return html`<h3>Keys and constraints</h3><ul class="plain">${constraints.map(
    ({ name, definition, validated, enforced, triggersOn }) =>
      html`<li><code>${name}</code> <code>${definition}</code>${!(validated && enforced && triggersOn) && html` <strong>not in force</strong>`}</li>`,
  )}</ul>
  ${indexes.length > 0 && html`<h3>Indexes</h3><ul class="plain">${indexes.map(({ definition, valid }) => html`<li><code>${definition}</code>${!valid && html` <strong>invalid</strong>`}</li>`)}</ul>`}`;
}

function row({ name, type, notNull, default: initial, generated, identity }: Column, account: string): Markup {
  const isAccount = name === account;
  const value = identity ? `identity ${identity}` : generated ? `generated ${initial ?? ""}` : (initial ?? "");
  return html`<tr class="${isAccount && "account"}"><th scope="row">${isAccount && "◆ "}<code>${name}</code>${isAccount && html`<span class="unseen"> (the account)</span>`}</th>
    <td>${type}</td><td>${notNull ? "no" : "yes"}</td><td>${value !== "" && html`<code>${value}</code>`}</td></tr>`;
}
