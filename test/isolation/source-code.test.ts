// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these strings are code that is checked
import { describe, expect, it } from "vitest";
import { AZORA } from "../../src/isolation/target.js";
import { check, named } from "./source-project.js";

const FILE = "src/file.ts";

/** The rules that go red for a file of this code, by line. */
async function rulesOn(code: string, path = FILE): Promise<string[]> {
  const answer = await check({ [path]: code }, { sources: ["src"] });
  return named(answer).map((finding) => finding.replace(` ${path}`, ""));
}

const UNSAFE: readonly (readonly [what: string, code: string])[] = [
  ["a parameter", "export const run = (db, name) => db.$queryRawUnsafe(name);"],
  ["a template with a value", "export const run = (db, id) => db.$queryRawUnsafe(`SELECT * FROM t WHERE id = ${id}`);"],
  ["text put together", 'export const run = (db, id) => db.$executeRawUnsafe("DELETE FROM t WHERE id = " + id);'],
  ["a variable that changes", 'let sql = "SELECT 1"; sql += input; db.$queryRawUnsafe(sql);'],
  [
    "a constant by whose name another is meant",
    'const sql = "SELECT 1"; export function run(db, sql) { return db.$queryRawUnsafe(sql); }',
  ],
  ["a constant made of itself", "const sql = sql + 1; db.$queryRawUnsafe(sql);"],
  ["an object's property", 'const sql = { read: "SELECT 1" }; db.$queryRawUnsafe(sql.read);'],
  ["an imported text", 'import { sql } from "./sql.js"; db.$queryRawUnsafe(sql);'],
  ["a spread", "db.$queryRawUnsafe(...args);"],
  ["an optional call", "db?.$queryRawUnsafe?.(sql);"],
  ["brackets", 'db["$queryRawUnsafe"](sql);'],
  ["brackets with a template", "db[`$queryRawUnsafe`](sql);"],
  ["the name kept for later", 'const method = "$queryRawUnsafe"; db[method](sql);'],
  ["the method kept for later", "const run = db.$queryRawUnsafe; run(sql);"],
  ["the method bound", "const run = db.$executeRawUnsafe.bind(db);"],
  ["the method called with another this", 'db.$queryRawUnsafe.call(db, "SELECT 1");'],
  ["the method taken out", "const { $queryRawUnsafe: run } = db;"],
  ["the method taken out of a parameter", "export function run({ $executeRawUnsafe }) { return $executeRawUnsafe(sql); }"],
  ["a cast", "(db as any).$queryRawUnsafe(sql as string);"],
  ["a cast around the method", "(db.$queryRawUnsafe as any)(sql);"],
  ["Prisma.raw", 'import { Prisma } from "./client.js"; db.$queryRaw`SELECT ${Prisma.raw(sql)}`;'],
  ["Prisma.raw under another name", 'import { Prisma as P } from "@prisma/client"; P.raw(sql);'],
  ["Prisma.raw of a namespace", 'import * as client from "./client.js"; client.Prisma.raw(sql);'],
  ["Prisma.raw taken out", 'import { Prisma } from "./client.js"; const { raw } = Prisma; raw(sql);'],
  ["Prisma.raw through an alias", 'import { Prisma } from "./client.js"; const P = Prisma; P["raw"](sql);'],
  ["Prisma.raw through an assignment", 'import { Prisma } from "./client.js"; let P; P = Prisma; P.raw(sql);'],
  ["Prisma.raw required", 'const { Prisma } = require("@prisma/client"); Prisma.raw(sql);'],
  ["Prisma.raw loaded", 'const { Prisma } = await import("@prisma/client"); Prisma.raw(sql);'],
  ["Prisma.raw of whoever calls", "export const run = (Prisma, sql) => Prisma.raw(sql);"],
  ["Prisma.raw handed on", 'import { Prisma } from "./client.js"; names.map(Prisma.raw);'],
  ["raw of the library below", 'import { raw } from "sql-template-tag"; raw(sql);'],
  ["sql called like a function", 'import sql from "sql-template-tag"; sql([text]);'],
  ["Prisma.sql called like a function", 'import { Prisma } from "./client.js"; Prisma.sql([text]);'],
  ["new Prisma.Sql", 'import { Prisma } from "./client.js"; new Prisma.Sql([text], []);'],
  ["a separator", 'import { Prisma } from "./client.js"; Prisma.join(values, separator);'],
  ["an object like a template", "db.$queryRaw({ sql: text, values: [] });"],
  ["a list like a template", "db.$executeRaw([text]);"],
  ["text cast to a template", "db.$queryRaw(text as unknown as TemplateStringsArray);"],
];

const SAFE: readonly (readonly [what: string, code: string])[] = [
  ["a tagged template", "db.$queryRaw`SELECT * FROM t WHERE id = ${id}`;"],
  ["a literal with parameters", 'db.$queryRawUnsafe("SELECT * FROM t WHERE id = $1", id);'],
  ["a template without values", "db.$executeRawUnsafe(`DELETE FROM t`);"],
  ["literals put together", 'db.$queryRawUnsafe("SELECT * " + "FROM t");'],
  ["a constant", 'const SQL = "SELECT 1"; const TWO = `${SQL} AS one`; db.$queryRawUnsafe(TWO);'],
  ["String.raw", "db.$queryRawUnsafe(String.raw`SELECT '\\d'`);"],
  ["one of two literals", 'db.$queryRawUnsafe(up ? "SELECT 1" : "SELECT 2");'],
  ["a literal cast", 'db.$queryRawUnsafe("SELECT 1" as string);'],
  ["Prisma.sql as a tag", 'import { Prisma } from "./client.js"; const q = Prisma.sql`SELECT ${id}`; db.$queryRaw(q);'],
  ["Prisma.join of values", 'import { Prisma } from "./client.js"; Prisma.join(ids, ", ");'],
  ["Prisma.raw of a literal", 'import { Prisma } from "./client.js"; Prisma.raw("now()");'],
  ["types", 'type M = "$queryRawUnsafe" | "$executeRawUnsafe"; export type T = Pick<Client, "$queryRawUnsafe">; let m: T;'],
  ["text about it", 'log("never use $queryRawUnsafe(x)"); // db.$queryRawUnsafe(x)'],
  [
    "a method of that name in a mock",
    "export const db = { $queryRawUnsafe: async () => [], async $executeRawUnsafe() { return 0; } };",
  ],
  ["another library's raw", 'import knex from "./knex.js"; knex.raw(sql); String.raw`x`; response.raw(body);'],
];

describe("raw queries", () => {
  it.each(UNSAFE)("are found with %s", async (_, code) => {
    const found = await rulesOn(code);
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found)).toEqual(new Set(["raw-query-unsafe:1"]));
  });

  it.each(SAFE)("are let be with %s", async (_, code) => {
    expect(await rulesOn(code)).toEqual([]);
  });

  it("are found where they stand, in a chain of calls", async () => {
    expect(await rulesOn("db\n  .$extends({})\n  // comment\n  .$queryRawUnsafe(\n    sql,\n  );")).toEqual([
      "raw-query-unsafe:4",
    ]);
  });
});

const CONNECTIONS: readonly (readonly [what: string, code: string])[] = [
  ["a Prisma client", 'import { PrismaClient } from "./client.js"; new PrismaClient();'],
  ["a Prisma client under another name", 'import { PrismaClient as P } from "@prisma/client"; new P();'],
  ["a Prisma client of a namespace", 'import * as client from "@prisma/client"; new client.PrismaClient();'],
  ["a Prisma client of CommonJS", 'import pkg from "@prisma/client"; const { PrismaClient } = pkg; new PrismaClient();'],
  ["a service that is a Prisma client", 'import { PrismaClient } from "./client.js"; export class Db extends PrismaClient {}'],
  ["a Prisma client's class handed on", 'import { PrismaClient } from "./client.js"; make(PrismaClient);'],
  ["a Prisma client's class under another name", 'export { PrismaClient as Db } from "./client.js";'],
  ["a pool", 'import { Pool } from "pg"; new Pool();'],
  ["a pool of the whole", 'import pg from "pg"; new pg.Pool();'],
  ["a pool of the whole, taken out", 'import pg from "pg"; const { Pool: P } = pg; new P();'],
  ["a client required", 'const { Client } = require("pg"); new Client();'],
  ["a client loaded", 'new (await import("pg")).Client();'],
  ["postgres.js", 'import postgres from "postgres"; postgres(url);'],
  ["an adapter", 'import { PrismaPg } from "@prisma/adapter-pg"; new PrismaPg({});'],
  ["a driver handed on", 'export * from "pg";'],
  ["a driver's class handed on", 'export { Pool } from "pg";'],
  ["a driver's class handed on from here", 'import { Pool } from "pg"; export { Pool };'],
  ["a driver in TypeScript's older import", 'import pg = require("pg"); new pg.Pool();'],
];

describe("connections", () => {
  it.each(CONNECTIONS)("are found: %s", async (_, code) => {
    expect(new Set(await rulesOn(code))).toEqual(new Set(["connection-outside:1"]));
  });

  it.each([
    ["the class for tenantDb()", 'import { PrismaClient } from "./client.js"; tenantDb(context, { client: PrismaClient });'],
    ["types", 'import type { Pool } from "pg"; import { type Client } from "pg"; export let db: Pool | Client;'],
    [
      "a type of the class",
      'import { PrismaClient } from "./client.js"; export let db: PrismaClient; export type C = typeof PrismaClient;',
    ],
    [
      "a driver's settings and errors",
      'import pg, { DatabaseError } from "pg"; pg.types.setTypeParser(20, Number); e instanceof DatabaseError;',
    ],
    [
      "the class as it is handed on",
      'export { PrismaClient } from "./client.js"; import { PrismaClient } from "./client.js"; x instanceof PrismaClient;',
    ],
    ["another Pool", 'import { Pool } from "./swimming.js"; new Pool(); class Client {} new Client();'],
  ])("are not seen in %s", async (_, code) => {
    expect(await rulesOn(code)).toEqual([]);
  });

  it("are let be in the places that the configuration names, and nowhere else", async () => {
    const code = 'import { Pool } from "pg"; new Pool();';
    const files = { "src/db/pool.ts": code, "src/routes/pool.ts": code };
    const target = { ...AZORA, connections: ["src/db/**"] };
    expect(named(await check(files, { sources: ["src"], target }))).toEqual(["connection-outside src/routes/pool.ts:1"]);
  });
});

describe("the client behind a tenant's", () => {
  it.each([
    "db.$parent.user.findMany();",
    'db["$parent"];',
    "const { $parent } = db;",
    "Prisma.getExtensionContext(this).$parent;",
  ])("is found: %s", async (code) => {
    expect(await rulesOn(code)).toEqual(["unscoped-client:1"]);
  });

  it("is not mistaken for other parents", async () => {
    expect(await rulesOn('node.parent; $parent; const x = { $parent: 1 }; log("$parent");')).toEqual([]);
  });
});

describe("files", () => {
  it("are read in every dialect", async () => {
    const call = "db.$queryRawUnsafe(sql)";
    for (const [extension, code] of Object.entries({
      ts: `let x = <string>${call}; enum E { A = ${call} as never }`,
      tsx: `let x = <p>{${call} as string}</p>;`,
      jsx: `let x = <p title={${call}} />;`,
      mts: `export default ${call};`,
      cjs: `module.exports = ${call}; return;`,
      js: `@decorator class A { @accessor accessor x = ${call}; static { ${call}; } #y = ${call} }`,
    })) {
      const found = await rulesOn(code, `src/file.${extension}`);
      expect(found.length, extension).toBe(code.split(call).length - 1);
    }
  });

  it("that can't be read are findings", async () => {
    expect(await rulesOn("const a = 1;\nconst = 2;")).toEqual(["source-unreadable:2"]);
    expect(await rulesOn("<template><p /></template>", "src/App.vue")).toEqual(["source-unreadable:1"]);
  });

  it("of others are left alone, and those that say so falsely are not", async () => {
    const mark = "/* !!! This is code generated by Prisma. Do not edit directly. !!! */\n";
    const bad = "db.$queryRawUnsafe(sql);\n";
    const schema =
      'generator client {\n  provider = "prisma-client"\n  output = "../src/client"\n}\ndatasource db {\n  provider = "postgresql"\n}\n';
    const files = {
      "prisma/schema.prisma": schema,
      "node_modules/x/index.js": bad,
      "src/node_modules/x/index.js": bad,
      "src/client/client.ts": mark + bad,
      "src/client/own.ts": bad,
      "src/own.ts": mark + bad,
    };
    const answer = await check(files, { schemas: ["prisma"], sources: ["."] });
    expect(named(answer)).toEqual(["raw-query-unsafe src/client/own.ts:1", "raw-query-unsafe src/own.ts:2"]);
    const left = await check(files, { schemas: ["prisma"], sources: ["src", "!src/client/**"] });
    expect(named(left)).toEqual(["raw-query-unsafe src/own.ts:2"]);
  });

  it("that aren't there are no clean files", async () => {
    await expect(check({}, { sources: ["src/**/*.ts"] })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(check({ "src/a.txt": "" }, { sources: ["src"] })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(check({}, { schemas: ["prisma/*.prisma"] })).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});
