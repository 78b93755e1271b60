import type { Policy, Relation } from "../../catalog/catalog.js";
import { count, html, type Markup } from "../markup.js";
import type { Scene } from "../people.js";
import { policySql } from "../policy-sql.js";
import { policyInWords } from "../policy-words.js";
import type { Report } from "../report.js";

interface Group {
  readonly words: string;
  readonly policy: Policy;
  readonly tables: string[];
}

/** Each policy in words and as SQL; tables with the same one stand together. */
export function policiesSection({ tenantRelations, controlRelations, accountOf }: Scene, { target }: Report): Markup {
  const groups = new Map<string, Group>();
  const without: string[] = [];
  for (const relation of [...tenantRelations, ...controlRelations]) {
    const account = relation.name === target.accounts.table ? target.accounts.key : accountOf(relation);
    if (relation.policies.length === 0 && tenantRelations.includes(relation)) without.push(relation.name);
    for (const policy of relation.policies) {
      const words = policyInWords(policy, account, target);
      const key = `${policy.name}\n${words}\n${policy.using}\n${policy.check}`;
      const group = groups.get(key) ?? { words, policy, tables: [] };
      group.tables.push(relation.name);
      groups.set(key, group);
    }
  }
  return html`
    ${[...groups.values()].map(
      ({ words, policy, tables }) => html`<article class="policy">
      <h3><code>${policy.name}</code> <span class="quiet">on ${count(tables.length, "table")}</span></h3>
      <p>${words}</p>
      <pre tabindex="0"><code>${policySql(policy, tables.length === 1 ? (tables[0] ?? "") : "…")}</code></pre>
      <p class="quiet">${tables.map((table, at) => html`${at > 0 && ", "}<code>${table}</code>`)}</p></article>`,
    )}
    ${without.length > 0 && html`<p><strong>Without any policy:</strong> ${without.join(", ")}</p>`}
    ${unforced([...tenantRelations])}`;
}

function unforced(relations: readonly Relation[]): Markup | null {
  const names = relations
    .filter(({ kind, forceRowSecurity }) => /table$/.test(kind) && !forceRowSecurity)
    .map(({ name }) => name);
  return names.length === 0 ? null : html`<p><strong>Row security is not forced on:</strong> ${names.join(", ")}</p>`;
}
