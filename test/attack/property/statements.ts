import fc from "fast-check";
import { MODEL_NAMES, MODELS, type ModelName, modelNumber } from "./models.js";
import { type IdOwner, type Ids, idOf, markerOf, type RawSql } from "./program.js";
import { accounts, ids, ownIds, texts, type Voice } from "./values.js";

const DOORS = {
  rows: fc.constantFrom("$queryRaw" as const, "$queryRawUnsafe" as const),
  any: fc.constantFrom("$queryRaw" as const, "$queryRawUnsafe" as const, "$executeRaw" as const, "$executeRawUnsafe" as const),
};

const WITH_TEXT = MODEL_NAMES.filter((model) => MODELS[model].text !== "");

/** Ordinary SQL on the tables behind the models, with any ids and accounts in it. */
export function statements(voice: Voice): fc.Arbitrary<RawSql> {
  return fc.oneof(...WITH_TEXT.map((model) => statementsOn(voice, model)), acrossTables());
}

function statementsOn(voice: Voice, model: ModelName): fc.Arbitrary<RawSql> {
  const { table, text, key, parents } = MODELS[model];
  const name = `tenant.${table}`;
  const id = ids(voice, model);
  const words = texts(voice);
  const account = accounts(voice);
  const ways = [
    read(`SELECT count(*)::int AS n, count(DISTINCT account_id)::int AS accounts FROM ${name}`),
    read(`SELECT id, ${text} FROM ${name} WHERE id = $1::uuid`, id),
    read(`SELECT ${text} FROM ${name} WHERE account_id = $1::uuid OR id = $2::uuid ORDER BY 1`, account, id),
    read(`SELECT id FROM ${name} WHERE ${text} LIKE '%' || right($1, 6) ORDER BY id FOR UPDATE`, words),
    read(`SELECT string_agg(t::text, '|' ORDER BY t.id) IS NULL AS none, max(${text}) AS last FROM ${name} t`),
    read(`SELECT CASE WHEN id = $1::uuid THEN ${text}::int END FROM ${name}`, id),
    write(`UPDATE ${name} SET ${text} = $1 WHERE id = $2::uuid RETURNING id, ${text}`, words, id),
    write(`UPDATE ${name} SET ${text} = $1`, words),
    write(`UPDATE ${name} SET account_id = $1::uuid WHERE id = $2::uuid`, account, id),
    write(`DELETE FROM ${name} WHERE id = $1::uuid RETURNING ${text}`, id),
    write(`DELETE FROM ${name} USING tenant.users u WHERE ${name}.account_id <> u.account_id`),
    write(
      `MERGE INTO ${name} t USING (SELECT $1::uuid AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET ${text} = $2`,
      id,
      words,
    ),
    ...parents.map(({ column, model: parent }) =>
      write(`UPDATE ${name} SET ${column} = $1::uuid WHERE id = $2::uuid`, ids(voice, parent), id),
    ),
  ];
  if (key && parents.every(({ required }) => !required)) ways.push(...inserts(voice, model));
  return fc.oneof(...ways);
}

/** What a row needs besides its id and text, as SQL. */
const REST: Partial<Record<ModelName, string>> = {
  user: "email",
  document: "number",
  batch: "quantity, unit, number",
  nonconformance: "severity, number",
  role: "name",
};
const REST_VALUES: Partial<Record<ModelName, string>> = { batch: "1, 'kg', ", nonconformance: "'minor', " };

function inserts(voice: Voice, model: ModelName): fc.Arbitrary<RawSql>[] {
  const { table, text, key } = MODELS[model];
  const columns = `${text}, ${REST[model]}`;
  const values = `$2, ${REST_VALUES[model] ?? ""}$3`;
  const id = ownIds(voice, model);
  const natural = fc.nat(3).map((at) => key?.value(at));
  const into = `INSERT INTO tenant.${table} (id, ${columns}) VALUES ($1::uuid, ${values})`;
  return [
    write(into, id, texts(voice), natural),
    write(`${into} ON CONFLICT DO NOTHING`, id, texts(voice), natural),
    write(
      `${into} ON CONFLICT (account_id, id) DO UPDATE SET ${text} = excluded.${text} RETURNING ${text}`,
      id,
      texts(voice),
      natural,
    ),
    write(
      `INSERT INTO tenant.${table} (id, ${columns}, account_id) VALUES ($1::uuid, ${values}, $4::uuid)`,
      id,
      texts(voice),
      natural,
      accounts(voice),
    ),
  ];
}

function acrossTables(): fc.Arbitrary<RawSql> {
  return fc.oneof(
    read("SELECT u.name, d.title FROM tenant.users u JOIN tenant.documents d ON d.owner_id = u.id ORDER BY 1, 2"),
    read(
      "SELECT d.title, r.summary FROM tenant.documents d JOIN tenant.document_revisions r ON r.document_id = d.id ORDER BY 1, 2",
    ),
    read("SELECT o.title FROM tenant.documents m JOIN tenant.documents o ON o.account_id <> m.account_id"),
    read("SELECT slug IS NOT NULL AS one FROM control.accounts"),
    read("SELECT query_to_xml('SELECT title FROM tenant.documents ORDER BY 1', true, true, '')::text AS xml"),
    read(
      "SELECT subject, operation::text, actor, count(*)::int AS n FROM tenant.audit_log WHERE operation <> 'read' GROUP BY 1, 2, 3",
    ),
    write("WITH gone AS (DELETE FROM tenant.corrective_actions RETURNING title) SELECT count(*)::int AS n FROM gone"),
    write("WITH x AS (UPDATE tenant.users SET name = name RETURNING name) SELECT name FROM x ORDER BY 1"),
  );
}

function read(sql: string, ...values: fc.Arbitrary<unknown>[]): fc.Arbitrary<RawSql> {
  return fc.record({ kind: fc.constant("raw" as const), door: DOORS.rows, sql: fc.constant(sql), values: fc.tuple(...values) });
}

function write(sql: string, ...values: fc.Arbitrary<unknown>[]): fc.Arbitrary<RawSql> {
  return fc.record({ kind: fc.constant("raw" as const), door: DOORS.any, sql: fc.constant(sql), values: fc.tuple(...values) });
}

/** Where a program begins: a linked set of rows with ids that all tenants use, if they do, and one with ids of its own. */
export function openings(tenant: number, ids: Ids): RawSql[] {
  const owners: IdOwner[] = ids === "shared" ? ["shared", tenant] : [tenant];
  return owners.map((owner, at) => ({
    kind: "raw",
    door: "$executeRawUnsafe",
    sql: OPENING,
    values: [
      ...(
        ["user", "document", "documentRevision", "batch", "testResult", "nonconformance", "correctiveAction", "role"] as const
      ).map((model) => idOf(modelNumber(model), owner, 0)),
      at,
      `${markerOf(tenant)} text 0`,
    ],
  }));
}

const OPENING = `
  WITH u AS (INSERT INTO tenant.users (id, email, name) VALUES ($1::uuid, 'u' || $9::int || '@example.test', $10::text)),
  d AS (INSERT INTO tenant.documents (id, number, title, owner_id) VALUES ($2::uuid, 'N-' || $9::int, $10, $1::uuid)),
  v AS (INSERT INTO tenant.document_revisions (id, document_id, revision, summary) VALUES ($3::uuid, $2::uuid, 1, $10)),
  b AS (INSERT INTO tenant.batches (id, number, product, quantity, unit) VALUES ($4::uuid, 'N-' || $9::int, $10, 1, 'kg')),
  t AS (INSERT INTO tenant.test_results (id, batch_id, document_id, analyst_id, parameter, value, unit, passed)
        VALUES ($5::uuid, $4::uuid, $2::uuid, $1::uuid, $10, 7, 'pH', true)),
  n AS (INSERT INTO tenant.nonconformances (id, number, title, severity, batch_id)
        VALUES ($6::uuid, 'N-' || $9::int, $10, 'minor', $4::uuid)),
  r AS (INSERT INTO tenant.roles (id, name, description) VALUES ($8::uuid, 'role-' || $9::int, $10))
  INSERT INTO tenant.corrective_actions (id, nonconformance_id, assignee_id, title) VALUES ($7::uuid, $6::uuid, $1::uuid, $10)`;
