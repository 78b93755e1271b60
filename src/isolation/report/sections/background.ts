import type { AuditLine } from "../audit-sample.js";
import { GUARANTEES } from "../guarantees.js";
import { html, type Markup } from "../markup.js";
import type { Report } from "../report.js";

/** What the application's helper adds to what the database holds by itself. */
export function helperSection(): Markup {
  return html`<p>The wall stands in the database. <code>tenantDb()</code> is how an application uses it without a mistake.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Guarantees of the helper"><table><caption class="unseen">Guarantees of tenantDb()</caption>
    <thead><tr><th scope="col">Promise</th><th scope="col">What keeps it</th><th scope="col">Tried in</th></tr></thead>
    <tbody>${GUARANTEES.map(
      ({ promise, kept, shown }) =>
        html`<tr><th scope="row">${promise}</th><td>${kept}</td><td>${shown.split(", ").map((file) => html`<code class="block">${file}</code>`)}</td></tr>`,
    )}</tbody></table></div>`;
}

/** What stays open, with the reason. */
export function risksSection(risks: readonly string[]): Markup {
  return html`<p>No setting of PostgreSQL closes these. They are said here so that nobody has to find them out.</p>
    <ul class="risks">${risks.map((risk) => html`<li>${risk}</li>`)}</ul>`;
}

/** Lines of both logs about a synthetic tenant. */
export function auditSection({ auditSample }: Report): Markup {
  if (!auditSample) return html`<p>There is no audit log of azora's in this database.</p>`;
  const { statements, tenantLog, adminLog, why } = auditSample;
  if (why !== null) return html`<p><strong>No sample could be taken:</strong> ${why}</p>`;
  return html`<p>A synthetic tenant was made, worked in, suspended and rolled back. This is what the logs said before the rollback.</p>
    ${lines("The tenant's log", tenantLog)}${lines("The vendor's log", adminLog)}
    <details><summary>The statements</summary><pre tabindex="0"><code>${statements.join(";\n")};</code></pre></details>`;
}

function lines(title: string, log: readonly AuditLine[]): Markup {
  const columns = [
    ...new Set(log.flatMap((line) => Object.entries(line).flatMap(([name, value]) => (value === null ? [] : [name])))),
  ];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><caption>${title}</caption>
    <thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${log.map((line) => html`<tr>${columns.map((name) => html`<td>${value(line[name])}</td>`)}</tr>`)}</tbody></table></div>`;
}

function value(cell: unknown): Markup | string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "object" ? html`<code>${JSON.stringify(cell)}</code>` : String(cell);
}

/** What was held against what, and how to see that this page tells what was measured. */
export function methodSection({ target, catalog, verification }: Report): Markup {
  const { extensions } = catalog.database;
  return html`
    <p>This page is made from the JSON file that comes with it, which is signed (Ed25519). Check it offline, against the key that the vendor published:</p>
    <pre tabindex="0"><code>azora isolation:report --verify report.json --public-key azora.pem</code></pre>
    <p>and run the same check again, on any database that you can reach:</p>
    <pre tabindex="0"><code>azora isolation:verify --self-test</code></pre>
    <dl class="facts">
      <div><dt>azora</dt><dd>${verification.azora}</dd></div>
      <div><dt>PostgreSQL</dt><dd>${catalog.server.version}</dd></div>
      <div><dt>Extensions</dt><dd>${extensions.map(({ name, version }) => `${name} ${version}`).join(", ") || "none"}</dd></div>
      <div><dt>Tenant schemas</dt><dd>${target.schemas.join(", ")}</dd></div>
      <div><dt>Account</dt><dd><code>${target.accountColumn}</code> → <code>${target.accounts.table}(${target.accounts.key})</code></dd></div>
      <div><dt>Application's logins</dt><dd>${target.roles.runtime.join(", ")}</dd></div>
      <div><dt>Control plane's roles</dt><dd>${target.roles.control.join(", ")}</dd></div>
      <div><dt>Owners</dt><dd>${target.roles.owners.join(", ")}</dd></div>
      <div><dt>Context</dt><dd>${target.context.expressions.map((each) => html`<code class="block">${each}</code>`)}</dd></div>
    </dl>
    ${
      target.exemptions.length > 0 &&
      html`<h3>Exempted by configuration</h3><ul>${target.exemptions.map(({ object, rule, reason }) => html`<li><code>${object}</code>${rule && html` (${rule})`}: ${reason}</li>`)}</ul>`
    }`;
}
