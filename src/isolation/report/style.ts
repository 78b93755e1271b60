/** The page's only style sheet. Colours carry no meaning alone: each has a sign or a word beside it. */
export const STYLE = `
:root {
  --paper: #fbfaf7; --card: #ffffff; --ink: #1d2430; --quiet: #596273; --line: #dcd9d1; --soft: #f1efe9;
  --accent: #1d5a8f; --mark: #fff1c2; --mark-ink: #5a4300; --good: #1c6b43; --good-soft: #e2f2e8;
  --bad: #a3261e; --bad-soft: #fbe6e3; --doubt: #7a5200; --doubt-soft: #fdf0d3;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --card: #1b1f26; --ink: #e7e9ee; --quiet: #a5adbb; --line: #343a45; --soft: #222731;
    --accent: #8ec1f0; --mark: #4a3b10; --mark-ink: #ffe3a1; --good: #7fd3a4; --good-soft: #173527;
    --bad: #ff9c92; --bad-soft: #41201d; --doubt: #f0c36b; --doubt-soft: #3b2d10;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--sans); overflow-wrap: anywhere; }
header, .layout, footer { max-width: 78rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
.brand { margin: 0; color: var(--accent); font-weight: 600; letter-spacing: .04em; }
h1 { margin: 0 0 1.25rem; font-size: 1.9rem; line-height: 1.2; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 1rem; font-size: 1.35rem; font-weight: 650; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1.05rem; }
p { margin: 0 0 .8rem; max-width: 72ch; }
a { color: var(--accent); }
code, pre { font-family: var(--mono); font-size: .86em; overflow-wrap: anywhere; }
pre { margin: 0 0 .8rem; padding: .8rem 1rem; background: var(--soft); border-radius: 8px; overflow-x: auto; white-space: pre-wrap; }
.block { display: block; }
.quiet { color: var(--quiet); font-weight: 400; font-size: .9em; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; z-index: 1; padding: .5rem .8rem; background: var(--card); border-radius: 6px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus-visible { outline: none; }
.layout { display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: 2.5rem; padding-top: 1.5rem; align-items: start; }
nav { position: sticky; top: 1rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .28rem .6rem; border-radius: 6px; color: var(--quiet); text-decoration: none; }
nav a:hover { background: var(--soft); color: var(--ink); text-decoration: underline; }
section { margin: 0 0 1.75rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
section > :last-child { margin-bottom: 0; }
footer { padding-bottom: 2.5rem; color: var(--quiet); font-size: .85rem; overflow-wrap: anywhere; }
.verdict { display: flex; align-items: center; gap: .9rem; padding: .9rem 1.2rem; border-radius: 12px; border: 1px solid currentColor; margin-bottom: 1.25rem; }
.verdict p { margin: 0; font-size: 1.1rem; color: var(--ink); }
.verdict .sign { font-size: 1.7rem; line-height: 1; font-weight: 700; }
.verdict.clean { background: var(--good-soft); color: var(--good); }
.verdict.violations { background: var(--bad-soft); color: var(--bad); }
.verdict.undecided { background: var(--doubt-soft); color: var(--doubt); }
.cards { list-style: none; margin: 0 0 1.25rem; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1rem; }
.cards li { display: flex; flex-direction: column; padding: 1rem 1.2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.cards .value { font-size: 2rem; font-weight: 680; line-height: 1.15; }
.cards .title { font-weight: 600; }
.cards .detail { color: var(--quiet); font-size: .88rem; margin-top: .2rem; }
.cards .good .value { color: var(--good); }
.cards .good .value::before { content: "✓ " / ""; font-size: .7em; }
.cards .bad .value { color: var(--bad); }
.cards .bad .value::before { content: "✗ " / ""; font-size: .7em; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: .7rem 1.5rem; margin: 0 0 1rem; }
.facts .wide { grid-column: 1 / -1; }
dt { color: var(--quiet); font-size: .82rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll { position: relative; overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--quiet); font-size: .85rem; padding: 0 0 .4rem; }
th, td { overflow-wrap: break-word; text-align: left; vertical-align: top; padding: .42rem .8rem .42rem 0; border-bottom: 1px solid var(--line); }
thead th { font-size: .82rem; color: var(--quiet); font-weight: 600; }
tbody th { font-weight: 500; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.account th, tr.account td { background: var(--mark); color: var(--mark-ink); }
tr.account th { font-weight: 700; box-shadow: inset 3px 0 0 var(--mark-ink); padding-left: .6rem; }
.outcome { white-space: nowrap; font-weight: 600; }
tr.held .outcome { color: var(--good); }
tr.broken .outcome { color: var(--bad); }
tr.unclear .outcome { color: var(--doubt); }
details { border-top: 1px solid var(--line); }
details[open] { padding-bottom: .6rem; }
summary { padding: .55rem .2rem; cursor: pointer; }
summary:hover { background: var(--soft); }
.plain { list-style: none; margin: 0 0 .6rem; padding: 0; }
.plain li { margin: 0 0 .25rem; }
.breakages { list-style: none; margin: 0; padding: 0; }
.breakages > li { padding: .6rem 0; border-top: 1px solid var(--line); }
.breakages p { margin: 0; max-width: none; }
.held .outcome { color: var(--good); }
.broken .outcome { color: var(--bad); }
.inline { list-style: none; margin: .2rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .9rem; }
.findings { padding-left: 1.4rem; }
.findings li { margin-bottom: 1.2rem; }
.finding { margin-bottom: .3rem; }
.severity { display: inline-block; padding: .05rem .55rem; border-radius: 99px; font-size: .8rem; font-weight: 650; border: 1px solid currentColor; }
.severity.critical, .severity.high { color: var(--bad); background: var(--bad-soft); }
.severity.medium { color: var(--doubt); background: var(--doubt-soft); }
.severity.low { color: var(--quiet); background: var(--soft); }
.rule { color: var(--quiet); font-size: .88rem; }
.evidence { margin: 0; }
.risks li { margin-bottom: .55rem; max-width: 76ch; }
figure { margin: 0; }
figcaption { color: var(--quiet); font-size: .9rem; max-width: 76ch; }
.topology { width: 100%; min-width: 44rem; height: auto; display: block; }
.topology text { fill: var(--ink); font: 13px var(--sans); }
.topology .plane, .topology .people { fill: var(--soft); stroke: var(--line); }
.topology .plane-title { font-weight: 650; font-size: 14px; }
.topology .chip rect { fill: var(--card); stroke: var(--line); }
.topology .chip text, .topology .person { font-family: var(--mono); font-size: 12px; }
.topology .carries rect { fill: var(--mark); stroke: var(--mark-ink); }
.topology .carries text { fill: var(--mark-ink); }
.topology .accounts rect { stroke: var(--accent); stroke-width: 2; }
.topology .note, .topology .label { fill: var(--quiet); font-size: 12px; }
.topology .label { text-anchor: middle; }
.topology .start { text-anchor: start; }
.topology .end { text-anchor: end; }
.topology .wall { stroke: var(--ink); stroke-width: 2; stroke-dasharray: 2 7; stroke-linecap: round; }
.topology .way, .topology .cascade { fill: none; stroke: var(--accent); stroke-width: 2; }
.topology .head { fill: var(--accent); }
.topology .cascade { stroke-dasharray: 6 4; }
.topology .closed .way { stroke: var(--good); }
.topology .closed .cross { stroke: var(--good); stroke-width: 3.5; stroke-linecap: round; }
.topology .closed .label { fill: var(--good); font-weight: 650; }
.topology .open .way { stroke: var(--bad); }
.topology .open .head { fill: var(--bad); }
.topology .open .label { fill: var(--bad); font-weight: 650; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem 1.1rem; margin: 0 0 1rem; padding: 0; font-size: .85rem; color: var(--quiet); }
.matrix th, .matrix td { white-space: nowrap; }
.matrix thead th { white-space: normal; overflow-wrap: anywhere; }
.matrix thead th .quiet { display: block; }
.matrix { font-size: .84rem; width: auto; min-width: 100%; }
.matrix tbody th { position: sticky; left: 0; background: var(--card); }
.matrix tbody tr:hover th, .matrix tbody tr:hover { background: var(--soft); }
.rights { display: inline-flex; gap: 1px; vertical-align: middle; }
.right { display: inline-grid; place-items: center; width: 1rem; height: 1rem; border-radius: 3px; border: 1px solid var(--line); font: 650 .62rem/1 var(--sans); vertical-align: middle; }
.right.whole { background: var(--accent); border-color: var(--accent); color: var(--card); }
.right.some { border: 1.5px dotted var(--accent); color: var(--accent); }
@media (max-width: 60rem) { .layout { grid-template-columns: minmax(0, 1fr); gap: 1rem; } nav { position: static; } nav ol { display: flex; flex-wrap: wrap; } }
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --quiet: #444; --line: #bbb; --soft: #f4f4f4; --accent: #123f66; --mark: #fff1c2; --mark-ink: #5a4300; --good: #14532d; --good-soft: #fff; --bad: #8a1c14; --bad-soft: #fff; --doubt: #5f4000; --doubt-soft: #fff; }
  @page { margin: 16mm; }
  body { font-size: 9.5pt; }
  nav, .skip { display: none; }
  header, .layout, footer { max-width: none; padding: 0; }
  .layout { display: block; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 1rem 0; }
  .scroll { overflow: visible; }
  .topology { min-width: 0; }
  details:not(.long)::details-content { content-visibility: visible; block-size: auto; }
  tr, .findings li, .breakages li, .policy, .cards li, figure { break-inside: avoid; }
  h2, h3, summary { break-after: avoid; }
  thead { display: table-header-group; }
  * { print-color-adjust: exact; }
}
`;
