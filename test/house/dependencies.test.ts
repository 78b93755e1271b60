import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ROOT } from "./guide.js";

const page = readFileSync(`${ROOT}/docs/decisions/0007-dependencies.md`, "utf8");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")) as Manifest;

/** The packages that a page gives a line of its table to, in their order in the alphabet. */
function justified(text: string): string[] {
  const rows = [...text.matchAll(/^\| (`.+?) \| .{10,} \|$/gm)].map(([, names = ""]) => names);
  return rows.flatMap((names) => [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)).sort();
}

it("decision 7 has a reason for each package that is installed with azora, and for no other", () => {
  expect(justified(page)).toEqual(Object.keys(manifest.dependencies).sort());
});

it("and names each that azora is made with", () => {
  expect(Object.keys(manifest.devDependencies).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it("a line that is missing, or has no reason, is seen", () => {
  const dropped = page.replace(/^\| `pg` \|.*\n/m, "");
  expect(justified(dropped)).not.toContain("pg");
  expect(justified("| `left-pad` |  |\n")).toEqual([]);
});

it("and every package is pinned", () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version))).toEqual([]);
});
