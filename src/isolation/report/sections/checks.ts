import type { Attempt } from "../../probe.js";
import type { Breakage, RuleResult, Verification } from "../../verification.js";
import { anchor, count, html, type Markup } from "../markup.js";

/** What each rule held against how many objects. */
export function rulesSection(rules: readonly RuleResult[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="All rules"><table>
    <caption>An invariant each; it holds where nothing is found</caption>
    <thead><tr><th scope="col">Rule</th><th scope="col">Invariant</th><th scope="col">Severity</th><th scope="col" class="number">Checked</th><th scope="col" class="number">Found</th></tr></thead>
    <tbody>${rules.map(
      ({
        id,
        title,
        severity,
        checked,
        found,
        layer,
      }) => html`<tr><th scope="row"><code>${id}</code>${layer !== "static" && html` <span class="quiet">${layer}</span>`}</th><td>${title}</td><td>${severity}</td>
        <td class="number">${checked}</td><td class="number">${found === 0 ? (checked === 0 ? "nothing to check" : "✓ 0") : html`<strong>✗ ${found}</strong>`}</td></tr>`,
    )}</tbody></table></div>`;
}

const OUTCOME: Readonly<Record<Attempt["outcome"], string>> = { held: "✓ held", broken: "✗ broken", unclear: "? unclear" };

/** What was tried as whom, and what PostgreSQL answered, word for word. */
export function probesSection({ probes, identities }: Verification): Markup {
  if (probes.length === 0) return html`<p>Not run: only the catalog was looked at.</p>`;
  return html`<p>Each statement was sent by the login that is named, in a transaction that was rolled back, with synthetic tenants.</p>
    <ul class="plain">${identities.map(({ plane, role, by }) => html`<li><code>${role}</code> <span class="quiet">${plane}, by ${by === "role" ? "SET ROLE: session_user stays the owner's" : "SET SESSION AUTHORIZATION: as if it had logged in"}</span></li>`)}</ul>
    ${probes.map(
      ({
        id,
        title,
        attempts,
      }) => html`<details class="long" id="probe-${anchor(id)}"><summary>${mark(attempts)} ${title} <span class="quiet">${id} · ${count(attempts.length, "attempt")}</span></summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Attempts of ${id}"><table>
        <caption class="unseen">Attempts of ${id}</caption>
        <thead><tr><th scope="col">As</th><th scope="col">Tried</th><th scope="col">PostgreSQL answered</th><th scope="col">Outcome</th></tr></thead>
        <tbody>${attempts.map(attemptRow)}</tbody></table></div></details>`,
    )}`;
}

function attemptRow({ role, object, statement, answer, outcome, note }: Attempt): Markup {
  return html`<tr class="${outcome}"><td><code>${role}</code></td><td><span class="quiet">${object}</span><code class="block">${statement}</code></td><td><code>${answer}</code>${note !== null && html`<p class="quiet">${note}</p>`}</td><td class="outcome">${OUTCOME[outcome]}</td></tr>`;
}

function mark(attempts: readonly Attempt[]): string {
  if (attempts.some(({ outcome }) => outcome === "broken")) return "✗";
  return attempts.length > 0 && attempts.every(({ outcome }) => outcome === "held") ? "✓" : "?";
}

/** Each guarantee broken on purpose: a check that can't go red shows nothing by being green. */
export function selfTestSection(selfTest: readonly Breakage[] | null): Markup {
  if (selfTest === null) return html`<p>Not run. <code>azora isolation:report --self-test</code> runs it.</p>`;
  return html`<p>Each guarantee was broken on purpose, in a transaction that was rolled back. Every rule and probe that answers for it had to go red.</p>
    <ol class="breakages">${selfTest.map(breakage)}</ol>`;
}

function breakage({ name, statement, expected, red, seen }: Breakage): Markup {
  const others = red.filter((id) => !expected.includes(id));
  return html`<li class="${seen ? "held" : "broken"}"><p><span class="outcome">${seen ? "✓ noticed" : "✗ missed"}</span> <strong>${name}</strong></p>
    <code class="block">${statement}</code>
    <ul class="inline">${expected.map((id) => html`<li>${red.includes(id) ? "✓" : "✗ not"} <code>${id}</code></li>`)}
    ${others.length > 0 && html`<li class="quiet">and ${others.join(", ")}</li>`}</ul></li>`;
}
