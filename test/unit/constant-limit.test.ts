import { describe, expect, it } from "vitest";
import { constantLimit } from "../../src/database/wire/constant-limit.js";

describe("constantLimit()", () => {
  const page = (values: unknown[], end = "LIMIT $2 OFFSET $3") => constantLimit({ text: `SELECT 1 WHERE a = $1 ${end}`, values });

  it("writes the limit of a first page into the text", () => {
    expect(page(["a", 20, 0])).toEqual({ text: "SELECT 1 WHERE a = $1 LIMIT 20 OFFSET 0", values: ["a"] });
    expect(page(["a", "1", "0"])).toEqual({ text: "SELECT 1 WHERE a = $1 LIMIT 1 OFFSET 0", values: ["a"] });
  });

  it.each([
    ["another page", ["a", 20, 40], "LIMIT $2 OFFSET $3"],
    ["values in another order", ["a", 0, 20], "LIMIT $3 OFFSET $2"],
    ["a limit that isn't the last value", [20, 0, "a"], "LIMIT $1 OFFSET $2"],
    ["a limit that is no number", ["a", "20; DROP TABLE x", 0], "LIMIT $2 OFFSET $3"],
    ["no limit", ["a"], ""],
    ["a limit in the middle", ["a", 20, 0], "LIMIT $2 OFFSET $3) AS page"],
  ])("leaves %s as it is", (_, values, end) => {
    expect(page(values, end)).toEqual({ text: `SELECT 1 WHERE a = $1 ${end}`, values });
  });
});
