import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEntry } from "../../src/database/wire/read-log.js";
import { shape, subjectOf, tagOf, withoutLiterals } from "../../src/database/wire/read-tag.js";

/** A word that stands nowhere by chance. */
const secret = fc.stringMatching(/^[a-z]{6}$/).map((letters) => `zq${letters}`);

describe("shape()", () => {
  it("keeps names and leaves out values, of every type", () => {
    const args = {
      where: {
        title: { contains: "secret" },
        passed: true,
        size: 7,
        at: { $type: "DateTime", value: "2026-01-01" },
        OR: [{ id: "a" }, { id: "b" }],
      },
      take: 5,
      orderBy: [{ number: "asc" }],
    };
    expect(shape(args)).toEqual({
      where: { title: { contains: "?" }, passed: "?", size: "?", at: "?", OR: [{ id: "?" }] },
      take: "?",
      orderBy: [{ number: "?" }],
    });
  });

  it("names what is included, not how Prisma marks it", () => {
    const query = {
      arguments: { where: { id: "x" } },
      selection: { $composites: true, $scalars: true, revisions: { selection: {} } },
    };
    expect(shape(query)).toEqual({ where: { id: "?" }, select: ["revisions"] });
  });

  it("holds no value, whatever the arguments are", () => {
    const value = fc.oneof(
      secret,
      secret.map((text) => ({ $type: "Json", value: JSON.stringify({ [text]: text }) })),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        value,
        fc.array(tie("tree")),
        fc.dictionary(fc.constantFrom("where", "AND", "title"), tie("tree")),
      ),
    }));
    fc.assert(fc.property(tree, (args) => !JSON.stringify(shape(args)).includes("zq")));
  });
});

describe("withoutLiterals()", () => {
  it.each([
    ["SELECT title FROM tenant.documents WHERE id = $1 LIMIT $2", "SELECT title FROM tenant.documents WHERE id = $1 LIMIT $2"],
    ["SELECT 'it''s secret', 42, 4.2, .5, 1e9, 0x1F, 1_000", "SELECT ?, ?, ?, ?, ?, ?, ?"],
    ["SELECT E'it\\'s secret', 'next'", "SELECT ?, ?"],
    ["SELECT $$secret$$, $tag$ secret $$ more $tag$, $1", "SELECT ?, ?, $1"],
    ["SELECT X'1F', B'101', N'n', U&'\\0441'", "SELECT ?, ?, ?, ?"],
    ['SELECT col1, "odd 7 name" FROM t2 -- secret 9', 'SELECT col1, "odd 7 name" FROM t2'],
    ["SELECT /* secret */ 1", "SELECT ?"],
    ["SELECT '$$', 'A', $$ B $$, 'secret'", "SELECT ?, ?, ?, ?"],
    ["SELECT 'a long literal', $1, $2, 7", "SELECT ?, $1, $2, ?"],
    ["SELECT\n  1\n", "SELECT ?"],
  ])("%s", (sql, without) => {
    expect(withoutLiterals(sql)).toBe(without);
  });

  it("holds no value, however literals are written and mixed", () => {
    const literal = secret.chain((text) =>
      fc.constantFrom(
        `'${text}'`,
        `'it''s ${text}'`,
        `E'it\\'s ${text}'`,
        `$$${text}$$`,
        `$q$ ' ${text} $$ $q$`,
        `'$$ ${text}'`,
        `-- ${text}\n1`,
        `/* ' ${text} */ 1`,
        `'-- ${text}'`,
        `'/* ${text}'`,
      ),
    );
    const statement = fc.array(literal, { minLength: 1, maxLength: 6 }).map((literals) => `SELECT ${literals.join(", ")} FROM t`);
    fc.assert(
      fc.property(statement, (sql) => {
        const without = withoutLiterals(sql);
        expect(without).not.toContain("zq");
        expect(without).toMatch(/^SELECT \? ?(, \? ?)*FROM t$/);
      }),
    );
  });
});

describe("tagOf()", () => {
  it("has model, method and the arguments without values", () => {
    const query = { arguments: { where: { id: "7" } }, selection: {} };
    expect(tagOf({ query: { modelName: "Document", action: "findMany", query } })).toEqual({
      method: "Document.findMany",
      filter: { where: { id: "?" } },
      isRaw: false,
    });
    expect(tagOf({ query: { action: "queryRaw" } })).toEqual({ method: "queryRaw", filter: {}, isRaw: true });
  });
});

describe("readEntry()", () => {
  const model = { method: "Document.findMany", filter: { where: {} }, isRaw: false };
  const raw = { method: "queryRaw", filter: {}, isRaw: true };

  it("of a model's statement is there for a SELECT alone", () => {
    expect(readEntry('SELECT 1 FROM "tenant"."documents"', model)).toMatchObject({ subject: "documents", filter: model.filter });
    expect(readEntry('INSERT INTO "tenant"."documents" VALUES (1) RETURNING "id"', model)).toBeUndefined();
  });

  it.each([
    "SELECT * FROM documents",
    "WITH d AS (SELECT 1) SELECT * FROM d",
    "/* UPDATE */ SELECT 1",
    "TABLE documents",
    "FETCH ALL c",
    "UPDATE roles SET name = d.title FROM documents d RETURNING d.title",
    "delete from documents returning *",
    "EXPLAIN SELECT 1",
    "CALL something()",
  ])("of a raw statement is there for whatever may bring rows back: %s", (sql) => {
    expect(readEntry(sql, raw)).toMatchObject({ method: "queryRaw", filter: { sql: expect.any(String) } });
  });

  it.each([
    "UPDATE documents SET title = $1",
    " insert into documents values (1)",
    "SET search_path = x",
    "SAVEPOINT a",
  ])("isn't there for one that brings none: %s", (sql) => expect(readEntry(sql, raw)).toBeUndefined());

  it("takes a statement that Prisma said nothing of for a raw one", () => {
    expect(readEntry("SELECT 'secret'", undefined)).toEqual({
      subject: "(none)",
      method: "unknown",
      filter: { sql: "SELECT ?" },
    });
  });
});

describe("subjectOf()", () => {
  it.each([
    ['SELECT "t"."id" FROM "tenant"."documents" AS "t"', "documents"],
    ["select * from tenant.batches b", "batches"],
    ['SELECT 1 FROM "public"."orders" AS "t0"', "public.orders"],
    ['SELECT 1 FROM "Shop"."Order ""Line""" AS "t0"', '"Shop"."Order ""Line"""'],
    ['SELECT 1 FROM crm."Deal"', 'crm."Deal"'],
    ["SELECT 1 FROM orders", "orders"],
    ["select 1", "(none)"],
  ])("%s", (sql, subject) => {
    expect(subjectOf(sql)).toBe(subject);
  });
});
