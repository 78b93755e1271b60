import type { Relation } from "../../catalog/catalog.js";
import { count, html, type Markup } from "../markup.js";
import type { Person, Scene } from "../people.js";
import type { Report } from "../report.js";

const WIDTH = 1000;
const PEOPLE_WIDTH = 270;
const PLANE_X = 400;
const PLANE_WIDTH = WIDTH - PLANE_X;
const COLUMNS = 3;
const CHIP = { width: (PLANE_WIDTH - 40 - (COLUMNS - 1) * 10) / COLUMNS, height: 26, gap: 8 };
/** More would be a pattern, not a picture; the schema below has them all. */
const MOST_CHIPS = 60;
const MOST_PEOPLE = 6;
const LETTERS = 24;

interface Box {
  readonly y: number;
  readonly height: number;
}

/** A picture of who stands on which side of the wall, and how much of either plane each can select from. */
export function topology(scene: Scene, { target, catalog }: Report): Markup {
  const { controlRelations, tenantRelations, people } = scene;
  const groups = (["control", "runtime"] as const).map((plane) => people.filter(({ side }) => side === plane));
  const [vendors = [], applications = []] = groups;
  const control: Box = { y: 20, height: Math.max(chipsHeight(controlRelations), peopleHeight(vendors)) + 64 };
  const wall = control.y + control.height + 34;
  const tenant: Box = { y: wall + 34, height: Math.max(chipsHeight(tenantRelations), peopleHeight(applications)) + 64 };
  const height = tenant.y + tenant.height + 20;
  const schemaOf = (relations: readonly Relation[]) => [...new Set(relations.map(({ schema }) => schema))].join(", ") || "none";
  const vendorReach = reachLabel(scene, vendors, tenantRelations);
  const sentence = `${count(vendors.length, "role")} of the control plane: ${reachLabel(scene, vendors, controlRelations)} of the control plane, ${vendorReach} of the tenant plane. ${count(applications.length, "login")} of the application: ${reachLabel(scene, applications, tenantRelations)} of the tenant plane, row by row within one account.`;
  return html`
    <figure>
      <div class="scroll" tabindex="0" role="region" aria-label="Topology picture">
        <svg class="topology" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="topology-title topology-text">
          <title id="topology-title">Two planes in the database ${catalog.server.database}</title>
          <desc id="topology-text">${sentence}</desc>
          ${plane(control, { title: `Control plane · schema ${schemaOf(controlRelations)}`, relations: controlRelations, scene, accounts: target.accounts.table })}
          ${plane(tenant, { title: `Tenant plane · schema ${schemaOf(tenantRelations)}`, relations: tenantRelations, scene, accounts: target.accounts.table })}
          <line class="wall" x1="0" x2="${WIDTH}" y1="${wall}" y2="${wall}" />
          <text class="note" x="0" y="${wall - 8}">row security · rights by role</text>
          ${persons(vendors, control, "The vendor's operators")}
          ${persons(applications, tenant, "The application")}
          ${arrow(control, reachLabel(scene, vendors, controlRelations))}
          ${arrow(tenant, reachLabel(scene, applications, tenantRelations))}
          ${crossing(vendorReach, isNothing(scene, vendors, tenantRelations), wall, tenant)}
          ${cascade(control, tenant)}
        </svg>
      </div>
      <figcaption>${sentence} A table with <span class="key">◆</span> carries the account's column; deleting an account cascades into the tenant plane.</figcaption>
    </figure>`;
}

function chipsHeight(relations: readonly Relation[]): number {
  const rows = Math.ceil(Math.min(relations.length, MOST_CHIPS) / COLUMNS) + (relations.length > MOST_CHIPS ? 1 : 0);
  return Math.max(1, rows) * (CHIP.height + CHIP.gap);
}

function peopleHeight(people: readonly Person[]): number {
  return Math.max(2, Math.min(people.length, MOST_PEOPLE + 1)) * 24;
}

interface PlaneInput {
  readonly title: string;
  readonly relations: readonly Relation[];
  readonly scene: Scene;
  readonly accounts: string;
}

function plane({ y, height }: Box, { title, relations, scene, accounts }: PlaneInput): Markup {
  const shown = relations.slice(0, MOST_CHIPS);
  const chips = shown.map((relation, at) => {
    const x = PLANE_X + 20 + (at % COLUMNS) * (CHIP.width + 10);
    const top = y + 44 + Math.floor(at / COLUMNS) * (CHIP.height + CHIP.gap);
    const carries = relation.columns.some(({ name }) => name === scene.accountOf(relation));
    const kind = relation.name === accounts ? "chip accounts" : carries ? "chip carries" : "chip";
    return html`<g class="${kind}"><title>${relation.kind} ${relation.name}</title>
      <rect x="${x}" y="${top}" width="${CHIP.width}" height="${CHIP.height}" rx="6" />
      <text x="${x + 10}" y="${top + 17}">${carries ? "◆ " : relation.name === accounts ? "★ " : ""}${shorten(relation.relation)}</text></g>`;
  });
  const left = relations.length - shown.length;
  return html`<rect class="plane" x="${PLANE_X}" y="${y}" width="${PLANE_WIDTH}" height="${height}" rx="14" />
    <text class="plane-title" x="${PLANE_X + 20}" y="${y + 28}">${title}</text>${chips}
    ${left > 0 && html`<text class="note" x="${PLANE_X + 20}" y="${y + height - 14}">and ${left} more, listed below</text>`}`;
}

function persons(people: readonly Person[], { y }: Box, title: string): Markup {
  const shown = people.slice(0, MOST_PEOPLE);
  const lines = shown.map(
    ({ name, login }, at) =>
      html`<text class="person" x="20" y="${y + 58 + at * 24}">${login ? "●" : "○"} ${shorten(name ?? "PUBLIC", 28)}</text>`,
  );
  const left = people.length - shown.length;
  return html`<rect class="people" x="0" y="${y}" width="${PEOPLE_WIDTH}" height="${peopleHeight(people) + 48}" rx="14" />
    <text class="plane-title" x="20" y="${y + 28}">${title}</text>${lines}
    ${people.length === 0 && html`<text class="note" x="20" y="${y + 58}">no such role</text>`}
    ${left > 0 && html`<text class="note" x="20" y="${y + 58 + MOST_PEOPLE * 24}">and ${left} more</text>`}`;
}

function arrow({ y }: Box, label: string): Markup {
  const at = y + 62;
  return html`<path class="way" d="M ${PEOPLE_WIDTH + 6} ${at} H ${PLANE_X - 14}" /><path class="head" d="M ${PLANE_X - 16} ${at - 6} l 12 6 l -12 6 z" />
    <text class="label" x="${(PEOPLE_WIDTH + PLANE_X) / 2 - 4}" y="${at - 10}">SELECT</text>
    <text class="label" x="${(PEOPLE_WIDTH + PLANE_X) / 2 - 4}" y="${at + 20}">${label}</text>`;
}

/** The way that must not be there: from the vendor's roles down to tenants' rows. */
function crossing(label: string, isClosed: boolean, wall: number, tenant: Box): Markup {
  const x = PEOPLE_WIDTH + 40;
  const stop = isClosed ? wall : tenant.y + 24;
  return html`<g class="${isClosed ? "closed" : "open"}">
    <path class="way" d="M ${PEOPLE_WIDTH - 40} ${wall - 52} L ${x} ${stop}" />
    ${
      isClosed
        ? html`<path class="cross" d="M ${x - 9} ${wall - 9} l 18 18 M ${x + 9} ${wall - 9} l -18 18" />`
        : html`<path class="head" d="M ${x + 2} ${stop + 6} l -12 -4 l 10 -9 z" />`
    }
    <text class="label start" x="${x + 20}" y="${wall + 24}">${label}</text></g>`;
}

function cascade(control: Box, tenant: Box): Markup {
  const x = WIDTH - 70;
  const from = control.y + control.height;
  return html`<path class="cascade" d="M ${x} ${from + 2} V ${tenant.y - 14}" /><path class="head cascade-head" d="M ${x - 6} ${tenant.y - 16} l 6 12 l 6 -12 z" />
    <text class="note end" x="${x - 14}" y="${from + 26}">ON DELETE CASCADE</text>`;
}

/** `6 of 7`: how many relations somebody of the group can select from, at least in part. */
function reachLabel(scene: Scene, people: readonly Person[], relations: readonly Relation[]): string {
  return `${readable(scene, people, relations)} of ${count(relations.length, "table")}`;
}

function isNothing(scene: Scene, people: readonly Person[], relations: readonly Relation[]): boolean {
  return readable(scene, people, relations) === 0;
}

function readable({ reach }: Scene, people: readonly Person[], relations: readonly Relation[]): number {
  return relations.filter((relation) => people.some(({ name }) => reach.rightsOn(name, relation).has("SELECT"))).length;
}

function shorten(text: string, most = LETTERS): string {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}
