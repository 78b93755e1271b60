// Writes docs/operators.md from the table that the tests walk through.
import { writeFileSync } from "node:fs";
import { register } from "tsx/esm/api";

register();
const { operatorsPage } = await import("../test/support/hierarchy.ts");
writeFileSync(new URL("../docs/operators.md", import.meta.url), operatorsPage());
