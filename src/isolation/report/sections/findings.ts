import type { Finding } from "../../finding.js";
import type { Verification } from "../../verification.js";
import { html, type Markup } from "../markup.js";

/** What was found, what a person accepted, and what nobody could tell. */
export function findingsSection({ findings, accepted, stale, unclear }: Verification): Markup {
  return html`
    ${findings.length === 0 ? html`<p>None that isn't accepted.</p>` : html`<ol class="findings">${findings.map((each) => html`<li>${describe(each)}</li>`)}</ol>`}
    ${unclear.length > 0 && html`<h3>Could not be told</h3><ul>${unclear.map((text) => html`<li>${text}</li>`)}</ul>`}
    ${
      accepted.length > 0 &&
      html`<h3>Accepted</h3><ol class="findings">${accepted.map(
        (each) =>
          html`<li>${describe(each)}<p><strong>Accepted:</strong> ${each.reason}${each.until ? ` (until ${each.until})` : " (for good, in the configuration)"}</p></li>`,
      )}</ol>`
    }
    ${
      stale.length > 0 &&
      html`<h3>Exemptions that no longer serve</h3><ul>${stale.map(
        ({ object, rule, reason, why }) =>
          html`<li><code>${object}</code>${rule && html` (${rule})`}: ${why}. Its reason was: ${reason}</li>`,
      )}</ul>`
    }`;
}

function describe({ rule, layer, severity, object, allows, evidence, fix }: Finding): Markup {
  return html`<p class="finding"><span class="severity ${severity}">${severity}</span> <code>${object}</code> <span class="rule">${layer}: ${rule}</span></p>
    <p>${allows}</p>
    <dl class="evidence"><div><dt>Seen</dt><dd><code>${evidence}</code></dd></div>
    ${fix !== null && html`<div><dt>Mend it with</dt><dd><pre tabindex="0"><code>${fix}</code></pre></dd></div>`}</dl>`;
}
