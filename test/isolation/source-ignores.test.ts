import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readTarget } from "../../src/isolation/read-target.js";
import { checkSource } from "../../src/isolation/source/check-source.js";
import { AZORA } from "../../src/isolation/target.js";
import { check, named } from "./source-project.js";

const BAD = "db.$queryRawUnsafe(sql);";

/** What is left of a file, and what its comments accept. */
async function judged(code: string) {
  const answer = await check({ "src/file.ts": code }, { sources: ["src"] });
  return {
    found: named(answer),
    accepted: answer.accepted.map(({ object, reason }) => `${object}: ${reason}`),
    stale: answer.stale.map(({ object, rule }) => `${object}: ${rule}`),
  };
}

it("a comment with a reason accepts its line, or the next where it stands alone", async () => {
  const accepted = ["file src/file.ts:2: names of columns"];
  const nothing = { found: [], stale: [] };
  expect(await judged(`// azora-ignore raw-query-unsafe: names of columns\n${BAD}`)).toEqual({ ...nothing, accepted });
  expect(await judged(`\n${BAD} // azora-ignore raw-query-unsafe: names of columns`)).toEqual({ ...nothing, accepted });
  expect(await judged(`/* azora-ignore raw-query-unsafe: names of columns */\n${BAD}`)).toEqual({ ...nothing, accepted });
});

it("a comment accepts one line and one rule", async () => {
  const twice = await judged(`// azora-ignore raw-query-unsafe: columns\n${BAD}\n${BAD}`);
  expect(twice.found).toEqual(["raw-query-unsafe src/file.ts:3"]);
  const other = await judged(`// azora-ignore unscoped-client: columns\n${BAD}`);
  expect(other).toMatchObject({ found: ["raw-query-unsafe src/file.ts:2"], stale: ["file src/file.ts:1: unscoped-client"] });
});

it("a comment without a reason, or without a rule, accepts nothing and is found itself", async () => {
  for (const comment of [
    "azora-ignore raw-query-unsafe",
    "azora-ignore raw-query-unsafe:  ",
    "azora-ignore",
    "azora-ignore: why",
  ]) {
    const { found, accepted } = await judged(`// ${comment}\n${BAD}`);
    expect(accepted).toEqual([]);
    expect(found, comment).toEqual(["raw-query-unsafe src/file.ts:2", "ignore-without-reason src/file.ts:1"]);
  }
});

it("text that isn't a comment accepts nothing", async () => {
  const { found } = await judged(`const a = \`\n// azora-ignore raw-query-unsafe: columns\`; ${BAD}`);
  expect(found).toEqual(["raw-query-unsafe src/file.ts:2"]);
});

it("a comment that nothing is found for is named as stale", async () => {
  expect(await judged("// azora-ignore raw-query-unsafe: it was once\nconst a = 1;")).toEqual({
    found: [],
    accepted: [],
    stale: ["file src/file.ts:1: raw-query-unsafe"],
  });
});

it("a Prisma schema's comments do the same", async () => {
  const schema = (comment: string) => `datasource db {
  provider = "postgresql"
  schemas  = ["tenant"]
}

${comment}
model Unit {
  accountId String @id @map("account_id")

  @@schema("tenant")
}
`;
  const files = (comment: string) => ({ "prisma/schema.prisma": schema(comment) });
  const accepted = await check(files("// azora-ignore prisma-account-relation: filled by the database"), {
    schemas: ["prisma"],
    target: { ...AZORA, guard: false },
  });
  expect(accepted.findings).toEqual([]);
  expect(accepted.accepted.map(({ rule }) => rule)).toEqual(["prisma-account-relation"]);
  const bare = await check(files("// azora-ignore prisma-account-relation"), {
    schemas: ["prisma"],
    target: { ...AZORA, guard: false },
  });
  expect(named(bare)).toContain("prisma-account-relation prisma/schema.prisma:7");
});

it("azora's own schema and source hold", async () => {
  const directory = fileURLToPath(new URL("../../", import.meta.url));
  const target = await readTarget(`${directory}.ci/isolation-target.json`);
  expect({ ...target, connections: undefined }).toEqual(AZORA);
  const own = await checkSource({ directory, schemas: ["prisma/*.prisma"], sources: ["src", "bin"], target });
  expect(own.findings).toEqual([]);
  expect(own.stale).toEqual([]);
  expect(own.unclear).toEqual([]);
  expect(own.results.find(({ id }) => id === "raw-query-unsafe")?.checked).toBeGreaterThan(10);
  expect(own.results.find(({ id }) => id === "prisma-relation-unpaired")?.checked).toBeGreaterThan(20);
});
