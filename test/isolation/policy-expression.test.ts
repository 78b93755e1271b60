import { describe, expect, it } from "vitest";
import { codeOf } from "../../src/isolation/function-text.js";
import { binds } from "../../src/isolation/policy-expression.js";

const CONTEXT = "guard.current_account()";

describe("a policy's expression binds rows to the account", () => {
  it.each([
    `(account_id = ${CONTEXT})`,
    `(account_id = ( SELECT ${CONTEXT} AS current_account))`,
    `(( SELECT ${CONTEXT} AS current_account) = account_id)`,
    `((account_id)::text = (${CONTEXT})::text)`,
    `((account_id = ${CONTEXT}) AND (status <> 'x'::text))`,
    `(((a = 1) AND (b = 2)) AND ((c = 3) AND (account_id = ${CONTEXT})))`,
    `((title <> ' AND ('::text) AND (account_id = ${CONTEXT}))`,
    `((title <> E'\\\\'') OR ('::text) AND (account_id = ${CONTEXT}))`,
  ])("by %s", (expression) => {
    expect(binds(expression, "account_id", [CONTEXT])).toBe(true);
  });

  it.each([
    "true",
    "(account_id = account_id)",
    `((account_id = ${CONTEXT}) OR true)`,
    `(NOT (account_id = ${CONTEXT}))`,
    `(account_id <> ${CONTEXT})`,
    `(account_id = ANY (ARRAY[${CONTEXT}]))`,
    `(COALESCE((account_id = ${CONTEXT}), true))`,
    `((account_id)::character varying(4) = (${CONTEXT})::character varying(4))`,
    `((account_id)::"char" = (${CONTEXT})::"char")`,
    `(account_id = ( SELECT ${CONTEXT} AS current_account\n   FROM guard.anything))`,
    `(account_id = ( SELECT ${CONTEXT} AS a, 1 AS b))`,
    `(title = '(account_id = ${CONTEXT})'::text)`,
    `((title <> ') AND (account_id = ${CONTEXT}) AND ('::text))`,
    `(account_id OPERATOR(tenant.=) ${CONTEXT})`,
    `(other.account_id = ${CONTEXT})`,
    `(account_id = tenant.current_account())`,
    `CASE WHEN true THEN (account_id = ${CONTEXT}) ELSE true END`,
  ])("not by %s", (expression) => {
    expect(binds(expression, "account_id", [CONTEXT])).toBe(false);
  });

  it("by a column that must be quoted, and by a cast context", () => {
    const context = "(current_setting('app.tenant'::text, true))::uuid";
    expect(binds(`("Tenant" = ${context})`, "Tenant", [context])).toBe(true);
    expect(binds(`("Tenant" = ( SELECT ${context} AS "?column?"))`, "Tenant", [context])).toBe(true);
    expect(binds("(\"Tenant\" = (current_setting('app.other'::text, true))::uuid)", "Tenant", [context])).toBe(false);
  });
});

describe("what is code in a function's body", () => {
  it.each([
    ["BEGIN x := 'insert -- into'; y(); END", /y\(\)/],
    ["BEGIN x := '--'; notify(); END", /notify/],
    ["/* /* */ ' */ notify('it''s');", /notify/],
    ["x := $q$ -- ' $q$; notify();", /notify/],
    ['x := "pg_notify"();', /pg_notify/],
  ])("is seen in %s", (body, code) => {
    expect(codeOf(body)).toMatch(code);
  });

  it.each([
    ["-- insert\nRETURN NEW;", /insert/],
    ["/* insert */ RETURN NEW;", /insert/],
    ["x := 'insert'; RETURN NEW;", /insert/],
    ["x := $$insert$$; RETURN NEW;", /insert/],
  ])("is not what stands in text: %s", (body, text) => {
    expect(codeOf(body)).not.toMatch(text);
  });

  it.each([
    "x := E'\\''; notify();",
    'x := U&"n\\006ftify"();',
    "/* never closed",
    "x := 'never closed",
  ])("isn't told where it can't be: %s", (body) => {
    expect(codeOf(body)).toBeNull();
  });
});
