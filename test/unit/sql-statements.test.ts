import { describe, expect, it } from "vitest";
import { splitStatements } from "../../src/database/migrate/sql-statements.js";

const texts = (script: string) => splitStatements(script).map(({ text }) => text);

describe("a script is taken apart", () => {
  it.each([
    ["at semicolons", "SELECT 1; SELECT 2", ["SELECT 1;", "SELECT 2"]],
    ["not in strings", "SELECT 'a;b'';c'; SELECT 2;", ["SELECT 'a;b'';c';", "SELECT 2;"]],
    ["not behind a backslash in an E string", "SELECT E'\\';', e'\\\\'; SELECT 2;", ["SELECT E'\\';', e'\\\\';", "SELECT 2;"]],
    ["where a backslash ends a plain string", "SELECT '\\'; SELECT date'\\';", ["SELECT '\\';", "SELECT date'\\';"]],
    ["not in names", 'SELECT "a;""b"; SELECT 2;', ['SELECT "a;""b";', "SELECT 2;"]],
    ["not in comments", "SELECT 1 -- a;b\n; /* c; /* d; */ e; */ SELECT 2;", ["SELECT 1 -- a;b\n;", "SELECT 2;"]],
    [
      "not in dollar quotes",
      "DO $$ BEGIN; $x$;$x$ END $$; SELECT $_a1$;$$;$_a1$;",
      ["DO $$ BEGIN; $x$;$x$ END $$;", "SELECT $_a1$;$$;$_a1$;"],
    ],
    ["not at parameters or dollars in names", "SELECT a$b$; SELECT $1, $2;", ["SELECT a$b$;", "SELECT $1, $2;"]],
    [
      "not in parentheses",
      "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3;",
      ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);", "SELECT 3;"],
    ],
    [
      "not in the body of a function in standard SQL",
      "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3;",
      ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;", "SELECT 3;"],
    ],
    ["into a transaction's statements", "BEGIN; SELECT 1; END;", ["BEGIN;", "SELECT 1;", "END;"]],
    ["leaving out what is empty", ";; -- nothing\n /* nothing */ ; SELECT 1;\n-- end", ["SELECT 1;"]],
    [
      "as far as it goes, when something is left open",
      "SELECT 1; SELECT 'a; SELECT 2;",
      ["SELECT 1;", "SELECT 'a;", "SELECT 2;"],
    ],
  ])("%s", (_, script, expected) => {
    expect(texts(script)).toEqual(expected);
  });

  it("with the line of each statement", () => {
    expect(splitStatements("\n-- one\nSELECT 1;\n\nSELECT\n2;").map(({ line }) => line)).toEqual([3, 5]);
  });
});
