import { readMigrations } from "../../database/migrate/history.js";

/** A function as this version's migrations make it. */
export interface ShippedFunction {
  /** `guard.protect`: none has a second one of its name. */
  readonly name: string;
  readonly language: string;
  readonly owner: string;
  readonly body: string;
  readonly securityDefiner: boolean;
  readonly volatility: "immutable" | "stable" | "volatile";
  /** Names of what its SET clauses set. */
  readonly settings: readonly string[];
}

/** A trigger of the vendor's tables. */
export interface ShippedTrigger {
  readonly name: string;
  readonly table: string;
  readonly function: string;
  readonly timing: string;
  readonly events: readonly string[];
}

/** What azora's own migrations say about functions, triggers and rights. */
export interface Shipped {
  readonly functions: ReadonlyMap<string, ShippedFunction>;
  readonly triggers: readonly ShippedTrigger[];
  /** `control.accounts` */
  readonly tables: ReadonlySet<string>;
  /** `SELECT control.accounts id azora_runtime`, with `*` for a whole table. */
  readonly tableRights: ReadonlySet<string>;
  /** `guard.uuid7 azora_runtime` */
  readonly executeRights: ReadonlySet<string>;
}

const FUNCTION = /^CREATE (?:OR REPLACE )?FUNCTION ([\w.]+)\s*\([\s\S]*?\bLANGUAGE (\w+)([\s\S]*?)\bAS \$\$([\s\S]*?)\$\$/gm;
const TRIGGER =
  /^CREATE (?:CONSTRAINT )?TRIGGER (\w+) (BEFORE|AFTER) ([A-Z ]+?) ON ((?:control|guard)\.\w+)[\s\S]*?EXECUTE FUNCTION ([\w.]+\(\));/gm;
const TABLE = /^CREATE TABLE ((?:control|guard)\.\w+)/gm;
const GRANT = /^\s*GRANT ([^;]+?) ON ([^;]+?)\s+TO ([^;]+);/gm;

/** What makes of the migrations' text what the catalog should say. */
export function readShipped(sql: string): Shipped {
  // A new definition takes the place of an older one.
  const functions = new Map(
    [...sql.matchAll(FUNCTION)]
      .map((found) => shippedFunction(found, makerOf(sql, found.index)))
      .map((each) => [each.name, each]),
  );
  const triggers = [...sql.matchAll(TRIGGER)].map(([, name = "", timing = "", events = "", table = "", called = ""]) => ({
    name,
    table,
    function: called,
    timing: timing.toLowerCase(),
    events: events.toLowerCase().split(" or "),
  }));
  const grants = [...sql.matchAll(GRANT)].map(([, rights = "", on = "", to = ""]) => ({ rights, on, roles: list(to) }));
  const tableRights = grants
    .filter(({ on }) => !/^(?:FUNCTION|SCHEMA|DATABASE|ALL)\b/.test(on))
    .flatMap(({ rights, on, roles }) => list(on).flatMap((table) => roles.flatMap((role) => rightsOn(rights, table, role))));
  const executeRights = grants
    .filter(({ on }) => on.startsWith("FUNCTION"))
    .flatMap(({ on, roles }) => [...on.matchAll(/(\w+\.\w+)\(/g)].flatMap(([, name]) => roles.map((role) => `${name} ${role}`)));
  const tables = new Set([...sql.matchAll(TABLE)].map(([, name = ""]) => name));
  return { functions, triggers, tables, tableRights: new Set(tableRights), executeRights: new Set(executeRights) };
}

/** The role that the migrations act as at a place, which owns what is made there. */
function makerOf(sql: string, at: number): string {
  return [...sql.slice(0, at).matchAll(/^SET ROLE (\w+);/gm)].at(-1)?.[1] ?? "";
}

function shippedFunction(
  [, name = "", language = "", options = "", body = ""]: RegExpMatchArray,
  owner: string,
): ShippedFunction {
  const said = options.replace(/--.*$/gm, "");
  return {
    name,
    language,
    owner,
    body,
    securityDefiner: /\bSECURITY DEFINER\b/.test(said),
    volatility: /\bIMMUTABLE\b/.test(said) ? "immutable" : /\bSTABLE\b/.test(said) ? "stable" : "volatile",
    settings: [...said.matchAll(/\bSET (\w+) ?=/g)].map(([, setting = ""]) => setting.toLowerCase()),
  };
}

/** `SELECT (id, slug)` one by one. */
function rightsOn(rights: string, table: string, role: string): readonly string[] {
  const [, right = rights, columns] = /^(\w+) \((.*)\)$/.exec(rights) ?? [];
  if (columns === undefined) return list(right).map((each) => `${each} ${table} * ${role}`);
  return list(columns).map((column) => `${right} ${table} ${column} ${role}`);
}

function list(text: string): readonly string[] {
  return text.split(",").map((each) => each.trim());
}

const migrations = await readMigrations();

/** This version's own. */
export const SHIPPED: Shipped = readShipped(migrations.map(({ sql }) => sql).join("\n"));
