import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { readSchemaFile } from "../../../src/database/migrate/history.js";
import type { PrismaClientClass } from "../../../src/tenant-plane/prisma/internals.js";

/** A model with a column of each kind that Prisma knows and azora's own schema has not. */
const MODEL = `
model Everything {
  accountId String           @default(dbgenerated("guard.current_account()")) @map("account_id") @db.Uuid
  id        String           @default(dbgenerated("guard.uuid7()")) @db.Uuid
  name      String
  json      Json?
  bytes     Bytes?
  big       BigInt?
  float     Float?
  decimal   Decimal?         @db.Decimal(30, 10)
  truth     Boolean?
  day       DateTime?        @db.Date
  time      DateTime?        @db.Time(3)
  moment    DateTime?        @db.Timestamptz(3)
  status    DocumentStatus?
  texts     String[]
  numbers   Int[]
  statuses  DocumentStatus[]
  documents Json[]
  account   Account          @relation(fields: [accountId], references: [id], onDelete: Cascade, onUpdate: NoAction)

  @@id([accountId, id])
  @@unique([accountId, name])
  @@map("everything")
  @@schema("tenant")
}
`;

/** The table of that model, as an installer would make it. */
export const TABLE = `
  CREATE TABLE tenant.everything (
    account_id uuid NOT NULL, id uuid NOT NULL DEFAULT guard.uuid7(), name text NOT NULL,
    json jsonb, bytes bytea, big bigint, float double precision, "decimal" decimal(30, 10), truth boolean,
    day date, "time" time(3), moment timestamptz(3), status tenant.document_status,
    texts text[], numbers integer[], statuses tenant.document_status[], documents jsonb[],
    PRIMARY KEY (account_id, id), UNIQUE (account_id, name));
  SELECT guard.protect('tenant.everything')`;

/**
 * Generates a client from azora's schema and that model, with the previews relationJoins and typedSql.
 * @returns its class, and what deletes it
 */
export async function generateClient(): Promise<{ readonly Client: PrismaClientClass; readonly remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "azora-client-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const { content } = await readSchemaFile("tenant");
    const schema = content
      .replace(/^model Account \{$/m, "model Account {\n  everything Everything[]")
      .replace(/(output\s*=\s*)".*"/, '$1"./client"\n  previewFeatures = ["relationJoins", "typedSql"]')
      .concat(MODEL);
    await writeFile(join(directory, "schema.prisma"), schema);
    await writeFile(join(directory, "package.json"), '{ "type": "module" }');
    // So that what is generated finds Prisma's runtime.
    await symlink(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(directory, "node_modules"));
    const prisma = createRequire(import.meta.url).resolve("prisma/build/index.js");
    // As prisma/generate.js: the schema engine is looked for and never run.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" };
    await promisify(execFile)(process.execPath, [prisma, "generate", "--no-hints"], { cwd: directory, env });
    const { PrismaClient } = await import(/* @vite-ignore */ pathToFileURL(join(directory, "client", "client.ts")).href);
    return { Client: PrismaClient, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
