import type { Receipt } from "../control-plane/receipt.js";
import { section, writeDocument } from "../isolation/report/document.js";
import { count, type Fragment, html, type Markup } from "../isolation/report/markup.js";

/** The certificate is read on paper: one column, as wide as a page. */
const CERTIFICATE = `
header, main, footer { max-width: 52rem; margin: 0 auto; padding: 0 1.5rem; }
main { padding-top: 1.5rem; }
.long { font-family: var(--mono); font-size: .82em; }
@media print { header, main, footer { max-width: none; padding: 0; } }
`;

/** A receipt as a page for people: one HTML file that needs nothing but a browser, and prints well. */
export function receiptPage(receipt: Receipt): string {
  const { sequence, slug, purgedAt, total, counts, toolVersion } = receipt;
  const title = `Certificate of deletion ${sequence}: ${slug}`;
  const tables = Object.entries(counts).sort(([one], [other]) => one.localeCompare(other));
  const what = html`<p>All rows of the account <code>${receipt.accountId}</code> were deleted from the database on ${time(purgedAt)}, in one transaction, and
each table was then looked into again: none was left.${receipt.unread.length > 0 && html` Not looked into, because the database's owner may not: ${receipt.unread.join(", ")}.`}</p>
<div class="scroll"><table><caption>${count(total, "row")} in ${count(tables.length, "table")}</caption>
<thead><tr><th scope="col">Table</th><th scope="col" class="number">Rows</th></tr></thead>
<tbody>${tables.map(([name, rows]) => html`<tr><th scope="row"><code>${name}</code></th><td class="number">${rows.toLocaleString("en-US")}</td></tr>`)}</tbody></table></div>`;
  const body = html`<header><p class="brand">azora</p><h1>${title}</h1>${verdict(receipt)}</header>
<main>
${section({ id: "what", title: "What was deleted", body: what })}
${section({ id: "outside", title: "Outside of the database", body: stores(receipt) })}
${section({ id: "who", title: "Who, why and when", body: facts(receipt) })}
${section({ id: "proof", title: "How to check it", body: proof(receipt) })}
</main>
<footer><p>Written by azora ${toolVersion ?? "(by SQL)"}. The signed text holds all of the above; this page only shows it.</p></footer>`;
  return writeDocument({ title, style: CERTIFICATE, body });
}

function verdict({ complete, signature, outsideStores, pending }: Receipt): Markup {
  const [style, sign, text] = complete
    ? ["clean", "✓", "Complete: everything is deleted, and this certificate is signed."]
    : signature === null
      ? ["violations", "✗", "Not signed: the database's administrator deleted by hand."]
      : [
          "undecided",
          "…",
          outsideStores === null
            ? "Not complete: nobody said what became of outside stores."
            : `Not complete: pending in ${pending.join(", ")}.`,
        ];
  return html`<div class="verdict ${style}"><span class="sign" aria-hidden="true">${sign}</span><p>${text}</p></div>`;
}

function stores({ outsideStores, addenda, backupsUntil }: Receipt): Markup {
  const rows = (outsideStores ?? []).map(({ name, state, reference }) => {
    const later = addenda.find(({ store }) => store === name);
    const since =
      later &&
      html`; done on ${time(later.statedAt)}, ${later.how} by ${later.operator}${later.note && html` (“${later.note}”)`}, addendum ${later.sequence}`;
    return html`<tr><th scope="row">${name}</th><td>${state}${reference && html` <code>${reference}</code>`}${since}</td></tr>`;
  });
  const backups = backupsUntil
    ? html`Backups that were made before may hold the account until ${time(backupsUntil)}.`
    : "How long backups are kept was not recorded.";
  return html`${rows.length > 0 && html`<div class="scroll"><table><thead><tr><th scope="col">Store</th><th scope="col">State</th></tr></thead><tbody>${rows}</tbody></table></div>`}<p>${backups}</p>`;
}

function facts(receipt: Receipt): Markup {
  const { reason, requestedBy, requestedAt, approvedBy, operator, startedAt, purgedAt, lastAudit, auditCheckpoint, schema } =
    receipt;
  const list: readonly (readonly [string, Fragment])[] = [
    ["Reason", reason ?? "none was given"],
    ["Requested by", html`${requestedBy ?? "nobody"}${requestedAt && html`, ${time(requestedAt)}`}`],
    [
      "Approved by",
      approvedBy.length === 0
        ? "nobody had to"
        : approvedBy.map((each, at) => html`${at > 0 && "; "}${each.operator}, ${time(each.at)}`),
    ],
    ["Executed by", operator],
    ["Began", time(startedAt)],
    ["Ended", time(purgedAt)],
    ["Last line of its audit log", lastAudit ? html`${lastAudit.id}, ${lastAudit.occurredAt}` : "none"],
    ["Audit checkpoint", auditCheckpoint ?? "none"],
    ["Schema, SHA-256", html`<span class="long">${schema}</span>`],
  ];
  return html`<dl class="facts">${list.map(([name, value]) => html`<div class="wide"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function proof({ sequence, hash, previousHash, keyId, signature, payload }: Receipt): Markup {
  const lines: readonly (readonly [string, string])[] = [
    ["SHA-256 of the signed text", hash],
    ["Of the link before", previousHash ?? "none: this is the first"],
    ["Ed25519 signature", signature ?? "none"],
    ["Key", keyId ?? "none"],
  ];
  return html`<p>With the vendor's published key alone, and no network:</p>
<pre>azora receipt:verify receipt-${sequence}.json --public-key azora.pem</pre>
<dl class="facts">${lines.map(([name, value]) => html`<div class="wide"><dt>${name}</dt><dd class="long">${value}</dd></div>`)}</dl>
<h3>The signed text</h3><pre>${payload}</pre>`;
}

function time(at: Date): Markup {
  const iso = at.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
}
