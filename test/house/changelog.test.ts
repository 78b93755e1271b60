import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ROOT } from "./guide.js";

const KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

it("CHANGELOG.md has an entry for the version that package.json names, in the form that it claims", () => {
  const { version } = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")) as { version: string };
  const changelog = readFileSync(`${ROOT}/CHANGELOG.md`, "utf8");
  const versions = [...changelog.matchAll(/^## \[([^\]]+)\]/gm)].map(([, name]) => name);
  expect(versions[0]).toBe("Unreleased");
  expect(versions).toContain(version);
  const kinds = [...changelog.matchAll(/^### (.+)$/gm)].map(([, kind]) => kind);
  expect(kinds.filter((kind) => !KINDS.includes(kind ?? ""))).toEqual([]);
});
