import fc from "fast-check";
import type { World } from "../../support/world.js";
import type { RawSql } from "./program.js";
import { accounts, ownNumbers, someNumbers, texts, type Voice } from "./values.js";

/** A tenant table of a shape that nobody planned. */
export interface Table {
  readonly name: string;
  /** Columns besides account_id, id and label, with their types. */
  readonly columns: readonly (readonly [name: string, type: ColumnType])[];
  /** Unique keys besides the account: columns, in any order. */
  readonly uniques: readonly (readonly string[])[];
  /** Tables made before it, or itself, that it points at. */
  readonly references: readonly { readonly column: string; readonly to: number; readonly cascade: boolean }[];
}

const TYPES = {
  integer: "i % 3",
  text: "'w' || i",
  boolean: "i % 2 = 0",
  "numeric(9,2)": "i / 2.0",
  "text[]": "ARRAY['w', 'w' || i]",
};
type ColumnType = keyof typeof TYPES;

/** A few tables that may point at each other. */
export function tables(): fc.Arbitrary<Table[]> {
  return fc.integer({ min: 1, max: 3 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => table(at))));
}

function table(at: number): fc.Arbitrary<Table> {
  const types = fc.constantFrom(...(Object.keys(TYPES) as ColumnType[]));
  return fc
    .record({
      types: fc.array(types, { minLength: 1, maxLength: 4 }),
      unique: fc.array(fc.nat(3), { maxLength: 2 }),
      both: fc.boolean(),
      references: fc.uniqueArray(fc.record({ to: fc.nat(at), cascade: fc.boolean() }), {
        maxLength: 2,
        selector: ({ to }) => to,
      }),
    })
    .map(({ types: chosen, unique, both, references }) => {
      const columns = chosen.map((type, index) => [`c${index}`, type] as const);
      const keys = unique.filter((index) => index < columns.length).map((index) => `c${index}`);
      const uniques = keys.map((key) => (both ? ["label", key] : [key]));
      return { name: `made_${at}`, columns, uniques, references: references.map((one) => ({ ...one, column: `to_${one.to}` })) };
    });
}

/** The statements that make a table and put it under the guard. */
export function definition({ name, columns, uniques, references }: Table): string[] {
  const lines = [
    "account_id uuid NOT NULL",
    "id uuid NOT NULL DEFAULT guard.uuid7()",
    "label text NOT NULL",
    ...columns.map(([column, type]) => `${column} ${type}`),
    ...references.map(({ column }) => `${column} uuid`),
    "PRIMARY KEY (account_id, id)",
    ...uniques.map((key) => `UNIQUE (${["account_id", ...key].join(", ")})`),
    ...references.map(
      ({ column, to, cascade }) =>
        `FOREIGN KEY (account_id, ${column}) REFERENCES tenant.made_${to} (account_id, id)${cascade ? " ON DELETE CASCADE" : ""}`,
    ),
  ];
  return [`CREATE TABLE tenant.${name} (\n  ${lines.join(",\n  ")}\n)`, `SELECT guard.protect('tenant.${name}')`];
}

export async function make(world: World, made: readonly Table[]): Promise<void> {
  for (const statement of made.flatMap(definition)) await world.look(statement);
}

export async function drop(world: World, made: readonly Table[]): Promise<void> {
  for (const { name } of [...made].reverse()) await world.look(`DROP TABLE tenant.${name}`);
}

/** SQL of a tenant on such tables. */
export function statementsOn(made: readonly Table[]): (voice: Voice) => fc.Arbitrary<RawSql> {
  return (voice) => fc.oneof(...made.map((one, at) => statementsOnOne(voice, one, at)));
}

/** Ids of rows of made tables follow those of the models. */
const FIRST = 10;

function statementsOnOne(voice: Voice, { name, columns, uniques, references }: Table, at: number): fc.Arbitrary<RawSql> {
  const table = `tenant.${name}`;
  const [own, any] = [ownNumbers(voice, FIRST + at), someNumbers(voice, FIRST + at)];
  const label = texts(voice);
  const account = accounts(voice);
  const targets = references.map(({ to }) => fc.option(someNumbers(voice, FIRST + to), { nil: null, freq: 3 }));
  const names = ["id", "label", ...columns.map(([column]) => column), ...references.map(({ column }) => column)];
  const values = columns.map(([, type]) => TYPES[type]);
  const insert = `INSERT INTO ${table} (${names.join(", ")}) SELECT $1::uuid, $2::text, ${[...values, ...references.map((_, index) => `$${index + 4}::uuid`)].join(", ")} FROM (SELECT $3::int AS i) s`;
  const inserted = [own, label, fc.nat(4), ...targets];
  const [first] = columns[0] ?? [];
  const key = uniques[0];
  const ways = [
    sql(insert, ...inserted),
    sql(`${insert} ON CONFLICT DO NOTHING`, ...inserted),
    sql(`${insert} ON CONFLICT (account_id, id) DO UPDATE SET label = excluded.label RETURNING label`, ...inserted),
    sql(`SELECT * FROM ${table} ORDER BY id`),
    sql(`SELECT count(*)::int AS n, max(label) AS last FROM ${table} WHERE id = $1::uuid OR account_id = $2::uuid`, any, account),
    sql(`UPDATE ${table} SET label = $1 WHERE id = $2::uuid RETURNING *`, label, any),
    sql(`UPDATE ${table} SET label = $1, ${first} = NULL`, label),
    sql(`UPDATE ${table} SET account_id = $1::uuid WHERE id = $2::uuid`, account, any),
    sql(`DELETE FROM ${table} WHERE id = $1::uuid RETURNING label`, any),
    sql(`TRUNCATE ${table}`),
    sql(`WITH x AS (DELETE FROM ${table} RETURNING *) SELECT label FROM x`),
  ];
  if (key)
    ways.push(
      sql(`${insert} ON CONFLICT (${["account_id", ...key].join(", ")}) DO UPDATE SET label = excluded.label`, ...inserted),
    );
  for (const { column, to } of references) {
    ways.push(sql(`UPDATE ${table} SET ${column} = $1::uuid WHERE id = $2::uuid`, someNumbers(voice, FIRST + to), any));
    ways.push(
      sql(`SELECT a.label, b.label AS other FROM ${table} a JOIN tenant.made_${to} b ON b.id = a.${column} ORDER BY 1, 2`),
    );
  }
  return fc.oneof({ arbitrary: ways[0] as fc.Arbitrary<RawSql>, weight: 4 }, ...ways.slice(1));
}

function sql(text: string, ...values: fc.Arbitrary<unknown>[]): fc.Arbitrary<RawSql> {
  const door = fc.constantFrom("$queryRaw" as const, "$queryRawUnsafe" as const, "$executeRawUnsafe" as const);
  return fc.record({ kind: fc.constant("raw" as const), door, sql: fc.constant(text), values: fc.tuple(...values) });
}

/** Ways to spoil a table so that it would leak: guard.protect() has to refuse each. */
export const SPOILED: Readonly<Record<string, (table: Table) => string>> = {
  "a key that spans accounts": ({ name }) => `ALTER TABLE tenant.${name} ADD UNIQUE (label)`,
  "an index that spans accounts": ({ name }) => `CREATE UNIQUE INDEX ON tenant.${name} (label, account_id)`,
  "a foreign key of one column": ({ name, columns }) =>
    `CREATE UNIQUE INDEX ${name}_spoiled ON tenant.users (id); ALTER TABLE tenant.${name} ADD COLUMN u uuid REFERENCES tenant.users (id)${columns.length > 2 ? " ON DELETE CASCADE" : ""}`,
  "a reference that is set to NULL": ({ name }) =>
    `ALTER TABLE tenant.${name} ADD COLUMN u uuid, ADD FOREIGN KEY (account_id, u) REFERENCES tenant.users (account_id, id) ON DELETE SET NULL`,
  "another primary key": ({ name }) =>
    `ALTER TABLE tenant.${name} DROP CONSTRAINT ${name}_pkey CASCADE, ADD PRIMARY KEY (id, account_id)`,
  "a policy of its own": ({ name }) => `CREATE POLICY mine ON tenant.${name} USING (label <> '')`,
};

/** What could go wrong with a protected table afterwards. */
export const BROKEN: Readonly<Record<string, (table: Table) => string>> = {
  "policies that are true": ({ name }) => `ALTER POLICY tenant_isolation ON tenant.${name} USING (true) WITH CHECK (true)`,
  "keys that span accounts": ({ name }) => `ALTER TABLE tenant.${name} ADD UNIQUE (id)`,
  "changes that aren't logged": ({ name }) => `ALTER TABLE tenant.${name} DISABLE TRIGGER guard_update`,
};
