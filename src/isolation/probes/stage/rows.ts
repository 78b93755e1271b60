import { randomBytes, randomInt } from "node:crypto";
import type { Catalog, Column, Relation } from "../../catalog/catalog.js";
import { findValues } from "./checks.js";
import { foreignKeys, isOptional } from "./order.js";
import type { Session } from "./session.js";
import { identifier, identifiers, literal } from "./sql.js";
import type { ValueType } from "./types.js";
import { candidates } from "./values.js";

/** Values of a row as PostgreSQL prints them, by column; what isn't named is the table's default. */
export type Row = ReadonlyMap<string, string | null>;

export interface Wanted {
  readonly relation: Relation;
  /** The account's column and the account; null for a table that knows no accounts. */
  readonly account: { readonly column: string; readonly id: string } | null;
  /** Rows to refer to, by table. */
  readonly parents: ReadonlyMap<string, Row>;
  /** Its own key, where that was chosen beforehand. */
  readonly key?: Row | undefined;
}

export interface RowMaker {
  /** Draws up a row that the table's constraints take, and no other has. @returns a sentence where none is found */
  draw(wanted: Wanted, skip?: number): Promise<Row | string>;
  /** Makes a row and keeps it. @returns the row whole, or a sentence */
  make(wanted: Wanted, before: readonly string[]): Promise<Row | string>;
  /** Values for a table's referenced key, chosen before its row is made. */
  chooseKey(relation: Relation): Row;
  /** Values that no row has. */
  chooseValues(columns: readonly Column[]): Row;
}

interface Means {
  readonly session: Session;
  readonly catalog: Catalog;
  readonly types: ReadonlyMap<string, ValueType>;
  readonly samples: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Tables whose rows belong to accounts: they are made in their own order. */
  readonly owned: ReadonlySet<string>;
}

const TRIES = 3;

/** Makes synthetic rows from the catalog alone: nothing of a real tenant's is copied. */
export function rowMaker(means: Means): RowMaker {
  const marker = `zq${randomBytes(4)
    .toString("hex")
    .replace(/\d/g, (digit) => "ghijklmnop"[Number(digit)] ?? "")}`;
  const start = randomInt(1, 90_000_000);
  const shared = new Map<string, Row | string>();
  let drawn = 0;
  const seed = () => ({ marker, number: start + ++drawn });

  const maker: RowMaker = {
    async draw({ relation, account, parents, key: chosen }, skip = 0) {
      const fixed = new Map<string, string | null>(chosen);
      for (const key of foreignKeys(relation)) {
        const parent = parents.get(key.references ?? "") ?? (await sharedRow(key.references ?? "", relation));
        if (typeof parent === "string" || parent === undefined) {
          if (isOptional(relation, key, account?.column ?? null)) continue;
          return parent ?? `there is no row of ${key.references} to refer to`;
        }
        for (const [at, column] of key.columns.entries()) fixed.set(column, parent.get(key.referencedColumns[at] ?? "") ?? null);
      }
      if (account) fixed.set(account.column, account.id);
      return findValues(means.session, {
        relation,
        types: means.types,
        seed: seed(),
        fixed,
        optional: new Set(relation.columns.filter(isLeftOut).map(({ name }) => name)),
        samples: means.samples[relation.name] ?? {},
        skip,
      });
    },
    async make(wanted, before) {
      let refusal = "";
      for (let tries = 0; tries < TRIES; tries++) {
        const row = await maker.draw(wanted, tries);
        if (typeof row === "string") return row;
        const statement = insertion(wanted.relation.name, row, `RETURNING ${everyColumn(wanted.relation)}`);
        const answer = await means.session.keep(...before, statement);
        const [made] = answer.rows;
        if (made) return new Map(Object.entries(made) as [string, string | null][]);
        refusal = answer.state === null ? "the row was not made, and no error says why" : answer.text;
        if (answer.state !== "23505") return refusal;
      }
      // A trigger may have made the only one that there can be.
      return (await existing(wanted, before)) ?? refusal;
    },
    chooseKey(relation) {
      const refers = new Set(foreignKeys(relation).flatMap(({ columns }) => columns));
      const own = relation.constraints.filter(({ kind }) => kind === "primary key").flatMap(({ columns }) => columns);
      const referred = means.catalog.relations.flatMap(({ constraints }) =>
        constraints
          .filter(({ references }) => references === relation.name)
          .flatMap(({ referencedColumns }) => referencedColumns),
      );
      const keys = new Set([...own, ...referred]);
      return maker.chooseValues(relation.columns.filter(({ name }) => !refers.has(name) && keys.has(name)));
    },
    chooseValues(columns) {
      const own = seed();
      return new Map(columns.map(({ name, type }) => [name, candidates(means.types.get(type) ?? NOTHING, own, [])[0] ?? null]));
    },
  };

  /** A row of a table that belongs to no account: one that is there, or a new one. */
  async function sharedRow(name: string, from: Relation): Promise<Row | string | undefined> {
    const relation = means.catalog.relations.find((other) => other.name === name);
    if (!relation || relation === from || means.owned.has(name)) return undefined;
    const known = shared.get(name);
    if (known !== undefined) return known;
    const wanted = { relation, account: null, parents: new Map() };
    const row = (await existing(wanted, [])) ?? (await maker.make(wanted, []));
    shared.set(name, row);
    return row;
  }

  async function existing({ relation, account }: Wanted, before: readonly string[]): Promise<Row | undefined> {
    const where = account ? `WHERE ${identifier(account.column)} = ${literal(account.id)}` : "";
    const answer = await means.session.try(...before, `SELECT ${everyColumn(relation)} FROM ${relation.name} ${where} LIMIT 1`);
    const [row] = answer.rows;
    return row && new Map(Object.entries(row) as [string, string | null][]);
  }

  return maker;
}

const NOTHING: ValueType = { name: "", category: "", labels: [], checks: [] };

/** What PostgreSQL fills by itself; a sequence's numbers are given instead, because they would not come back. */
function isLeftOut({ notNull, default: given, identity, generated }: Column): boolean {
  if (generated) return true;
  if (identity !== null || given?.includes("nextval(")) return false;
  return !notNull || given !== null;
}

function everyColumn({ columns }: Relation): string {
  return columns.map(({ name }) => `${identifier(name)}::text`).join(", ");
}

/** The statement that inserts a row. @param suffix ON CONFLICT or RETURNING */
export function insertion(table: string, row: Row, suffix = ""): string {
  if (row.size === 0) return `INSERT INTO ${table} DEFAULT VALUES ${suffix}`;
  // Allowed on any table, and needed where a column is GENERATED ALWAYS AS IDENTITY.
  return `INSERT INTO ${table} (${identifiers([...row.keys()])}) OVERRIDING SYSTEM VALUE VALUES (${[...row.values()].map(literal).join(", ")}) ${suffix}`.trim();
}
