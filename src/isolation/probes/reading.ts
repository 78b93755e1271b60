import type { Catalog, DatabaseFunction, Relation } from "../catalog/catalog.js";
import type { Scene } from "./scene.js";
import { attemptAs } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import type { Answer } from "./stage/session.js";
import { literal } from "./stage/sql.js";
import type { Stage } from "./stage/stage.js";
import { broken, held, REFUSED, unclear, type Verdict } from "./verdict.js";

/**
 * A statement that says what a view or a function shows, as a number of rows and a hash, and whether something of the
 * victim's stands in it. What a tenant sees must be the same whether another tenant has rows or not, so the hash finds
 * counts and sums as well, where no value of the victim's is left to be seen.
 */
export function readingOf(stage: Tenants, by: Identity, source: string): string {
  const patterns = marksOf(stage, by).map((mark) => literal(`%${mark.replace(/[\\%_]/g, "\\$&")}%`));
  return `SELECT count(*) AS rows, coalesce(md5(string_agg(v::text, ',' ORDER BY v::text)), '') AS hash,
    coalesce(bool_or(v::text LIKE ANY (ARRAY[${patterns.join(", ")}])), false) AS others FROM ${source} AS v`;
}

const LONG_ENOUGH = 10;

type Tenants = Pick<Stage, "a" | "b" | "target">;

/**
 * Values that the victim's rows have and the reader doesn't know, long enough not to turn up by chance. A tenant knows
 * what is its own; the control plane keeps the accounts, so it knows what stands in them.
 */
function marksOf({ a, b, target }: Tenants, { plane }: Identity): readonly string[] {
  const valuesOf = ({ rows }: Stage["a"]) => [...rows.values()].flatMap((row) => [...row.values()]);
  const account = plane === "control" ? [a.id, ...(a.rows.get(target.accounts.table)?.values() ?? [])] : [];
  const known = new Set([b.id, ...valuesOf(b), ...account]);
  const own = [a.id, ...valuesOf(a)].filter((value): value is string => value !== null && value.length >= LONG_ENOUGH);
  // Times and JSON are printed in other ways than they were read.
  return [...new Set(own)].filter((value) => !known.has(value) && /^[\w@.-]+$/.test(value) && !/^\d{4}-\d\d-\d\d/.test(value));
}

export interface Reading {
  readonly by: Identity;
  readonly object: string;
  readonly statement: string;
  /** What it lets a tenant do, if it does. */
  readonly allows: string;
  /** Whether it can get at a tenant table at all. */
  readonly reaches: boolean;
}

/** Reads an object as a login in the attacker's account, and judges what it shows. */
export async function readAs(
  scene: Scene,
  { by, object, statement, allows, reaches }: Reading,
): Promise<{ answer: Answer; verdict: Verdict }> {
  const answer = await attemptAs(scene, by, scene.b.id, statement);
  return { answer, verdict: await judge() };

  async function judge(): Promise<Verdict> {
    if (answer.state === REFUSED) return held();
    if (answer.state === "57014" || answer.state === "55P03") return unclear(answer.text);
    const [row] = answer.rows;
    if (answer.state !== null)
      return marksOf(scene, by).some((mark) => answer.text.includes(mark))
        ? broken(allows)
        : held("it gives nothing but an error");
    if (row?.others === true) return broken(allows);
    // How much a tenant has is the vendor's to know: it bills it and says what a purge will take. What is in it is not.
    if (by.plane === "control") return held("it shows numbers at most");
    if (row?.hash === scene.before.get(keyOf(by, object))) return held();
    const again = await attemptAs(scene, by, scene.b.id, statement);
    if (again.rows[0]?.hash === row?.hash) return broken(`${allows} What it shows depends on them.`);
    return reaches
      ? unclear("What it shows changes by itself.")
      : held("what it shows changes by itself, and it reaches no tenant table");
  }
}

/** What an object shows a login now; what can't be read shows nothing. */
export async function hashOf(stage: Stage, by: Identity, statement: string): Promise<string> {
  const { rows } = await attemptAs(stage, by, stage.b.id, statement);
  return String(rows[0]?.hash ?? "");
}

export function keyOf({ role }: Identity, object: string): string {
  return `${role} ${object}`;
}

/** Whether a view's own text, or that of a view or function below it, leads to a tenant table. */
export function leadsToTenants(catalog: Catalog, start: Relation, tenant: ReadonlySet<string>): boolean {
  const seen = new Set<string>();
  const waiting = [start];
  for (let view = waiting.pop(); view; view = waiting.pop()) {
    if (seen.has(view.name)) continue;
    seen.add(view.name);
    // What a function reads is in its body: it may lead anywhere.
    if (view.reads.some((name) => tenant.has(name)) || view.calls.some((name) => isOwnCode(catalog, name))) return true;
    waiting.push(...catalog.relations.filter(({ name }) => view?.reads.includes(name)));
  }
  return false;
}

function isOwnCode({ functions }: Catalog, name: string): boolean {
  const known: DatabaseFunction | undefined = functions.find((own) => own.name === name);
  return known !== undefined && known.extension === null;
}
