import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { AZORA, type Target } from "../../src/isolation/target.js";
import { check, named } from "./source-project.js";

/** A schema that is as it must be. Each fault below is one change to it. */
const CLEAN = `generator client {
  provider = "prisma-client"
  output   = "../src/client"
}

datasource db {
  provider = "postgresql"
  schemas  = ["control", "tenant"]
}

model Account {
  id    String @id @db.Uuid
  slug  String @unique
  users User[]
  notes Note[]

  @@map("accounts")
  @@schema("control")
}

model User {
  accountId String  @map("account_id") @db.Uuid // the tenant
  id        String  @db.Uuid
  email     String
  account   Account @relation(fields: [accountId], references: [id], onDelete: Cascade)
  notes     Note[]

  @@id([accountId, id])
  @@unique([accountId, email])
  @@map("users")
  @@schema("tenant")
}

model Note {
  accountId String  @map("account_id") @db.Uuid
  id        String  @db.Uuid
  authorId  String? @map("author_id") @db.Uuid
  text      String  @default("model X { @@ignore }")
  place     Unsupported("point")?
  account   Account @relation(fields: [accountId], references: [id], onDelete: Cascade)
  author    User?   @relation(fields: [accountId, authorId], references: [accountId, id], onDelete: NoAction)

  @@id([accountId, id])
  @@index([text])
  @@map("notes")
  @@schema("tenant")
}

/// A view shows rows of tables; keys and foreign keys of its own it has none.
view NoteCount {
  accountId String @map("account_id") @db.Uuid
  userId    String @unique @map("user_id") @db.Uuid
  count     BigInt

  @@map("note_counts")
  @@schema("tenant")
}
`.replace('output   = "../src/client"', 'output   = "../src/client"\n  previewFeatures = ["views", "partialIndexes"]');

const FILE = "prisma/schema.prisma";

/** The line of the clean schema that begins with the text. */
const lineOf = (text: string, after = "") => CLEAN.slice(0, CLEAN.indexOf(text, CLEAN.indexOf(after))).split("\n").length;

async function checkSchema(schema: string, target: Target = AZORA) {
  return check({ [FILE]: schema }, { schemas: ["prisma"], target });
}

/** A change of the clean schema: what is replaced, by what, and which rule says so at which line. */
interface Planted {
  readonly fault: string;
  readonly replace: readonly (readonly [string | RegExp, string])[];
  readonly expected: readonly string[];
}

const PLANTED: readonly Planted[] = [
  {
    fault: "an account that may be null",
    replace: [
      ["accountId String  @map", "accountId String? @map"],
      ["account   Account @relation", "account   Account? @relation"],
      ["id        String  @db.Uuid\n  email", "id        String  @id @db.Uuid\n  email"],
      ["@@id([accountId, id])", "@@unique([accountId, id])"],
    ],
    expected: [
      `prisma-account-field ${FILE}:${lineOf("  accountId String  @map", "model User")}`,
      `prisma-key-without-account ${FILE}:${lineOf("  id        String  @db", "model User")}`,
    ],
  },
  {
    fault: "a field of another column",
    replace: [[/@map\("account_id"\) @db.Uuid \/\/ the tenant/, '@map("tenant") @db.Uuid']],
    expected: [
      `prisma-account-field ${FILE}:${lineOf("model User")}`,
      `prisma-key-without-account ${FILE}:${lineOf("  @@id([accountId, id])", "model User")}`,
      `prisma-key-without-account ${FILE}:${lineOf("  @@unique([accountId, email])")}`,
      `prisma-account-relation ${FILE}:${lineOf("model User")}`,
      `prisma-relation-unpaired ${FILE}:${lineOf("  account   Account", "model User")}`,
      `prisma-relation-unpaired ${FILE}:${lineOf("  author    User?")}`,
    ],
  },
  {
    fault: "a view without the account",
    replace: [[/view NoteCount \{\n.*\n/, "view NoteCount {\n\n"]],
    expected: [`prisma-account-field ${FILE}:${lineOf("view NoteCount")}`],
  },
  {
    fault: "a relation to the account without a cascade",
    replace: [[/(model User[\s\S]*?), onDelete: Cascade/, "$1"]],
    expected: [`prisma-account-relation ${FILE}:${lineOf("  account   Account", "model User")}`],
  },
  {
    fault: "no relation to the account",
    replace: [
      ["  users User[]\n", "\n"],
      [/ {2}account {3}Account .*\n {2}notes/, "\n  notes"],
    ],
    expected: [`prisma-account-relation ${FILE}:${lineOf("model User")}`],
  },
  {
    fault: "a second relation to the accounts",
    replace: [
      ["  users User[]\n", '  users User[] @relation("Own")\n  led User[] @relation("Led")\n'],
      [
        /account {3}Account @relation\((.*)\n {2}notes/,
        'account Account @relation("Own", $1\n  leadId String @db.Uuid\n  lead Account @relation("Led", fields: [leadId], references: [id])\n  notes',
      ],
    ],
    expected: [`prisma-relation-unpaired ${FILE}:${lineOf("  account   Account", "model User") + 3}`],
  },
  {
    fault: "a unique key across accounts",
    replace: [["@@unique([accountId, email])", "@@unique([email, accountId])"]],
    expected: [`prisma-key-without-account ${FILE}:${lineOf("  @@unique([accountId, email])")}`],
  },
  {
    fault: "a unique field",
    replace: [["email     String", "email     String @unique"]],
    expected: [`prisma-key-without-account ${FILE}:${lineOf("  email     String")}`],
  },
  {
    fault: "a partial unique key across accounts",
    replace: [["@@unique([accountId, email])", '@@unique([email(sort: Desc)], where: raw("email is not null"))']],
    expected: [`prisma-key-without-account ${FILE}:${lineOf("  @@unique([accountId, email])")}`],
  },
  {
    fault: "a unique column of a type that Prisma doesn't know",
    replace: [['place     Unsupported("point")?', 'place     Unsupported("int4range")? @unique']],
    expected: [`prisma-key-without-account ${FILE}:${lineOf("  place     Unsupported")}`],
  },
  {
    fault: "a relation by the id alone",
    replace: [
      ["@@unique([accountId, email])", "@@unique([id])"],
      ["fields: [accountId, authorId], references: [accountId, id], onDelete: NoAction", "fields: [authorId], references: [id]"],
    ],
    expected: [
      `prisma-key-without-account ${FILE}:${lineOf("  @@unique([accountId, email])")}`,
      `prisma-relation-unpaired ${FILE}:${lineOf("  author    User?")}`,
    ],
  },
  {
    fault: "a relation that pairs the account with something else",
    replace: [["references: [accountId, id], onDelete: NoAction", "references: [id, accountId], onDelete: NoAction"]],
    expected: [`prisma-relation-unpaired ${FILE}:${lineOf("  author    User?")}`],
  },
  {
    fault: "a relation that empties the account",
    replace: [["onDelete: NoAction", "onDelete: SetDefault"]],
    expected: [`prisma-relation-sets-account ${FILE}:${lineOf("  author    User?")}`],
  },
  {
    fault: "an update that empties the account",
    replace: [["onDelete: NoAction", "onDelete: NoAction, onUpdate: SetDefault"]],
    expected: [`prisma-relation-sets-account ${FILE}:${lineOf("  author    User?")}`],
  },
  {
    fault: "a vendor's model that refers to a tenant's",
    replace: [
      [
        "  notes Note[]\n\n  @@map",
        '  notes Note[]\n  ownerId String? @db.Uuid\n  owner User? @relation("Owner", fields: [id, ownerId], references: [accountId, id])\n\n  @@map',
      ],
      ["  email     String\n", '  email     String\n  owned Account[] @relation("Owner")\n'],
    ],
    expected: [`prisma-relation-into-tenant ${FILE}:${lineOf("  notes Note[]\n\n") + 2}`],
  },
  {
    fault: "a table that Prisma makes for a many-to-many relation",
    replace: [
      [
        /$/,
        '\nmodel Tag {\n  accountId String @map("account_id") @db.Uuid\n  id String @id\n  account Account @relation(fields: [accountId], references: [id], onDelete: Cascade)\n  likes Tag[] @relation("Likes")\n  likedBy Tag[] @relation("Likes")\n  @@schema("tenant")\n}\n',
      ],
      ["  users User[]", "  tags Tag[]\n  users User[]"],
    ],
    expected: [
      `prisma-key-without-account ${FILE}:${CLEAN.split("\n").length + 4}`,
      `prisma-implicit-join ${FILE}:${CLEAN.split("\n").length + 7}`,
    ],
  },
  {
    fault: "a model that is ignored",
    replace: [[/$/, '\nmodel Secret {\n  id String @id\n  @@ignore\n  @@map("secrets")\n  @@schema("tenant")\n}\n']],
    expected: [`prisma-hidden ${FILE}:${CLEAN.split("\n").length + 1}`],
  },
  {
    fault: "a relation that is ignored",
    replace: [["onDelete: NoAction)", "onDelete: NoAction) @ignore"]],
    expected: [`prisma-hidden ${FILE}:${lineOf("  author    User?")}`],
  },
  {
    fault: "relations that only Prisma keeps",
    replace: [
      ["onDelete: NoAction", "onDelete: Restrict"],
      ['  schemas  = ["control", "tenant"]', '  schemas  = ["control", "tenant"]\n  relationMode = "prisma"'],
    ],
    expected: [`prisma-foreign-keys ${FILE}:${lineOf("  schemas ") + 1}`],
  },
  {
    fault: "a file that Prisma can't read",
    replace: [["@@id([accountId, id])", "@@id([accountId, nothing])"]],
    expected: [`source-unreadable ${FILE}:${lineOf("  @@id([accountId, id])", "model User")}`],
  },
];

describe("rules on Prisma schemas", () => {
  it("find nothing in a schema that is as it must be", async () => {
    const answer = await checkSchema(CLEAN);
    expect(answer.findings).toEqual([]);
    expect(answer.unclear).toEqual([]);
    const unchecked = answer.results.filter(({ checked }) => checked === 0).map(({ id }) => id);
    expect(unchecked).toEqual(["ignore-without-reason", "prisma-relation-into-tenant"]);
  });

  it.each(PLANTED)("find $fault", async ({ replace, expected }) => {
    const planted = replace.reduce((schema, [from, to]) => schema.replace(from, to), CLEAN);
    const answer = await checkSchema(planted);
    expect(named(answer).sort()).toEqual([...expected].sort());
    for (const id of new Set(answer.findings.map(({ rule }) => rule))) {
      expect(answer.results.find((result) => result.id === id)?.found).toBeGreaterThan(0);
    }
  });

  it("say how a key or a relation is mended", async () => {
    const planted = CLEAN.replace("@@unique([accountId, email])", "@@unique([id, email])\n  @@unique([id])")
      .replace(
        "fields: [accountId, authorId], references: [accountId, id], onDelete: NoAction",
        "fields: [authorId], references: [id]",
      )
      .replace(/(model Note[\s\S]*?), onDelete: Cascade/, "$1");
    expect((await checkSchema(planted)).findings.map(({ fix }) => fix)).toEqual([
      "[accountId, id, email]",
      "[accountId, id]",
      "@relation(fields: [accountId], references: [id], onDelete: Cascade)",
      "fields: [accountId, authorId], references: [accountId, id]",
    ]);
  });

  it("let a shared table be, when it is exempted with a reason", async () => {
    const shared = CLEAN.replace(
      "place     Unsupported",
      "unitCode String\n  unit Unit @relation(fields: [unitCode], references: [code])\n  place     Unsupported",
    ).concat('\nmodel Unit {\n  code String @id\n  notes Note[]\n  @@map("units")\n  @@schema("tenant")\n}\n');
    const reason = "units of measurement, the same for everybody";
    const exempted = await checkSchema(shared, { ...AZORA, exemptions: [{ object: "table tenant.units", reason }] });
    expect(named(exempted)).toEqual([]);
    const pattern = (object: string) => checkSchema(shared, { ...AZORA, exemptions: [{ object, reason }] });
    expect(named(await pattern("table tenant.unit*"))).toEqual([]);
    expect((await pattern("table tenan*")).unclear).toHaveLength(1);
    expect(named(await pattern("table ten.*"))).not.toEqual([]);
    // An exemption from one rule is none from the others.
    const partly = await checkSchema(shared, {
      ...AZORA,
      exemptions: [{ object: "table tenant.units", rule: "row-security-off", reason }],
    });
    expect(new Set(partly.findings.map(({ rule }) => rule))).toEqual(
      new Set(["prisma-account-field", "prisma-key-without-account", "prisma-account-relation", "prisma-relation-unpaired"]),
    );
  });

  it("read a schema of several files as one, and two schemas as two", async () => {
    const cut = CLEAN.indexOf("model Note");
    const files = {
      "prisma/a.prisma": CLEAN.slice(0, cut),
      "prisma/models/b.prisma": CLEAN.slice(cut).replace("onDelete: NoAction", "onDelete: SetDefault"),
    };
    expect(named(await check(files, { schemas: ["prisma/**/*.prisma"] }))).toEqual([
      "prisma-relation-sets-account prisma/models/b.prisma:8",
    ]);
    const two = { "a/schema.prisma": CLEAN, "b/schema.prisma": CLEAN, "b/more/part.prisma": "", "part.prisma": "" };
    expect(named(await check(two, { schemas: ["**/*.prisma"] }))).toEqual(["source-unreadable part.prisma:1"]);
  });

  it("can't tell anything from a schema without a tenant's model", async () => {
    const answer = await checkSchema(CLEAN, { ...AZORA, schemas: ["elsewhere"] });
    expect(answer.unclear).toEqual(["No model in prisma is in a schema of tenants (elsewhere)."]);
  });

  it.each(["crm", "webshop"])("find the faults of the %s sample, and none once it is under guard", async (sample) => {
    const read = (state: string) => readFile(new URL(`../support/samples/${sample}/${state}.prisma`, import.meta.url), "utf8");
    const target: Target = {
      ...AZORA,
      schemas: [sample === "crm" ? "crm" : "public"],
      accountColumn: sample === "crm" ? "organization_id" : "account_id",
      accountColumns: { "crm.organizations": "id" },
      exemptions: ["crm.currencies", "public.countries"].map((table) => ({ object: `table ${table}`, reason: "shared" })),
    };
    const before = await checkSchema(await read("before"), target);
    const rules = new Set(before.findings.map(({ rule }) => rule));
    expect(rules).toEqual(new Set([...rules, "prisma-account-field", "prisma-key-without-account", "prisma-relation-unpaired"]));
    expect((await checkSchema(await read("after"), target)).findings).toEqual([]);
  });
});
