import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { operatorsPage } from "../support/hierarchy.js";

it("docs/operators.md is what the table says (`npm run docs` writes it)", () => {
  expect(readFileSync(new URL("../../docs/operators.md", import.meta.url), "utf8")).toBe(operatorsPage());
});
