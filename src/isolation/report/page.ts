import { type Section, section, writeDocument } from "./document.js";
import { html } from "./markup.js";
import { sceneOf } from "./people.js";
import type { Report } from "./report.js";
import { auditSection, helperSection, methodSection, risksSection } from "./sections/background.js";
import { probesSection, rulesSection, selfTestSection } from "./sections/checks.js";
import { findingsSection } from "./sections/findings.js";
import { grantsSection } from "./sections/grants.js";
import { policiesSection } from "./sections/policies.js";
import { schemaSection } from "./sections/schema.js";
import { summary } from "./sections/summary.js";
import { topology } from "./sections/topology.js";

/** The report as one HTML file that needs nothing but a browser. */
export function reportPage(report: Report): string {
  const { verification, catalog, target } = report;
  const scene = sceneOf({ catalog, target });
  const { rules, selfTest, residualRisks } = verification;
  const sections: readonly Section[] = [
    { id: "findings", title: "Findings", body: findingsSection(verification) },
    { id: "topology", title: "Topology", body: topology(scene, report) },
    { id: "schema", title: "Schema", body: schemaSection(scene) },
    { id: "rights", title: "Rights", body: grantsSection(scene) },
    { id: "policies", title: "Policies", body: policiesSection(scene, report) },
    { id: "rules", title: "Rules", body: rulesSection(rules) },
    { id: "probes", title: "Probes", body: probesSection(verification) },
    { id: "self-test", title: "Self-test", body: selfTestSection(selfTest) },
    ...(target.guard ? [{ id: "helper", title: "The helper", body: helperSection() }] : []),
    { id: "risks", title: "Residual risks", body: risksSection(residualRisks) },
    { id: "audit", title: "Audit log", body: auditSection(report) },
    { id: "method", title: "How this was made", body: methodSection(report) },
  ];
  const title = `Isolation report: ${catalog.server.database}`;
  const body = html`<a class="skip" href="#content">Skip to the content</a>
<header><p class="brand">azora</p><h1>${title}</h1>${summary(report)}</header>
<div class="layout">
<nav aria-label="Contents"><ol>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ol></nav>
<main id="content" tabindex="-1">
${sections.map(section)}</main>
</div>
<footer><p>Made by azora ${verification.azora} at ${verification.checkedAt}. Schema fingerprint ${verification.schemaFingerprint ?? "none"}.</p></footer>`;
  return writeDocument({ title, body });
}
