import { figureLines } from "../../figure-lines.js";
import type { Figures, Verification } from "../../verification.js";
import { count, html, type Markup } from "../markup.js";
import type { Report } from "../report.js";

const VERDICT: Readonly<
  Record<Verification["verdict"], { readonly sign: string; readonly word: string; readonly text: string }>
> = {
  clean: { sign: "✓", word: "Clean", text: "Everything that was checked holds." },
  violations: { sign: "✗", word: "Violations", text: "Isolation does not hold where the findings say so." },
  undecided: { sign: "?", word: "Undecided", text: "Nothing was found, but not everything could be told." },
};

/** The verdict in one line, then the three figures. */
export function summary({ verification, catalog }: Report): Markup {
  const { verdict, figures, rules, probes, selfTest, findings, accepted, unclear } = verification;
  const { sign, word, text } = VERDICT[verdict];
  const attempts = probes.reduce((sum, probe) => sum + probe.attempts.length, 0);
  return html`
    <div class="verdict ${verdict}"><span class="sign" aria-hidden="true">${sign}</span>
      <p><strong>${word}.</strong> ${text}</p></div>
    ${figures && cards(figures)}
    <dl class="facts">
      <div><dt>Database</dt><dd><code>${catalog.server.database}</code>, PostgreSQL ${catalog.server.version}</dd></div>
      <div><dt>Checked</dt><dd><time datetime="${verification.checkedAt}">${verification.checkedAt.slice(0, 16).replace("T", " ")} UTC</time>, azora ${verification.azora}</dd></div>
      <div><dt>Rules</dt><dd>${count(rules.length, "rule")} over ${count(
        rules.reduce((sum, rule) => sum + rule.checked, 0),
        "object",
      )}</dd></div>
      <div><dt>Probes</dt><dd>${probes.length === 0 ? "not run" : `${count(probes.length, "probe")}, ${count(attempts, "attempt")}`}</dd></div>
      <div><dt>Self-test</dt><dd>${selfTest ? `${selfTest.filter(({ seen }) => seen).length} of ${count(selfTest.length, "breakage")} noticed` : "not run"}</dd></div>
      <div><dt>Findings</dt><dd>${count(findings.length, "finding")}, ${accepted.length} accepted, ${unclear.length} unclear</dd></div>
      <div class="wide"><dt>Schema fingerprint (SHA-256)</dt><dd><code>${verification.schemaFingerprint ?? "none"}</code></dd></div>
    </dl>`;
}

function cards(figures: Figures): Markup {
  return html`<ul class="cards">${figureLines(figures).map(
    ({ value, title, detail, good }) =>
      html`<li class="${good === null ? "unknown" : good ? "good" : "bad"}"><span class="value">${value}</span>
        <span class="title">${title}</span><span class="detail">${detail}</span></li>`,
  )}</ul>`;
}
