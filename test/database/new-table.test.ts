import { expect, it } from "vitest";
import { previewPurge } from "../../src/control-plane/preview-purge.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { applyMigrations } from "../../src/database/migrate/apply.js";
import { readMigrations, readSchemaFile } from "../../src/database/migrate/history.js";
import { openSchemaEngine, type SchemaFile } from "../../src/database/migrate/schema-engine.js";
import { lacking, PROPERTY_NAMES } from "../support/nine-properties.js";
import { describeOnBothEngines } from "../support/world.js";

const MODEL = `
model Sample {
  accountId String  @default(dbgenerated("guard.current_account()")) @map("account_id") @db.Uuid
  id        String  @default(dbgenerated("guard.uuid7()")) @db.Uuid
  label     String
  batchId   String? @map("batch_id") @db.Uuid
  account   Account @relation(fields: [accountId], references: [id], onDelete: Cascade, onUpdate: NoAction)
  batch     Batch?  @relation(fields: [accountId, batchId], references: [accountId, id], onDelete: NoAction, onUpdate: NoAction)

  @@id([accountId, id])
  @@unique([accountId, label])
  @@index([accountId, batchId])
  @@map("samples")
  @@schema("tenant")
}
`;

/** The tenant schema as it would be with one more model. */
async function withModel(): Promise<{ before: SchemaFile; after: SchemaFile }> {
  const before = await readSchemaFile("tenant");
  const content = before.content.replace(/^model (Account|Batch) \{$/gm, "model $1 {\n  samples Sample[]").concat(MODEL);
  return { before, after: { ...before, content } };
}

describeOnBothEngines("a new tenant table", (world) => {
  const filters = async () => {
    const tables = await world().look<{ name: string }>(
      "SELECT 'control.' || tablename AS name FROM pg_tables WHERE schemaname = 'control'",
    );
    const enums = await world().look<{ name: string }>(
      "SELECT 'control.' || typname AS name FROM pg_type WHERE typtype = 'e' AND typnamespace = 'control'::regnamespace",
    );
    return { externalTables: tables.map(({ name }) => name), externalEnums: enums.map(({ name }) => name) };
  };

  it("takes a model, the migration that Prisma writes for it, and one call", async () => {
    const { before, after } = await withModel();
    const engine = await openSchemaEngine(world().owner, after);
    const { stdout } = await engine.diff({
      from: { tag: "schemaDatamodel", files: [before] },
      to: { tag: "schemaDatamodel", files: [after] },
      script: true,
      exitCode: null,
      filters: await filters(),
    });
    expect(stdout).toContain('CREATE TABLE "tenant"."samples"');
    const name = "29990101000000_samples";
    const sql = `SET ROLE azora_owner;\n${stdout}\nSELECT guard.protect('tenant.samples');\nRESET ROLE;`;
    expect(await applyMigrations(world().owner, [...(await readMigrations()), { name, sql }])).toEqual([name]);

    for (const property of PROPERTY_NAMES) expect(await lacking(world(), property), property).toEqual([]);
    const drift = await engine.diff({
      from: { tag: "schemaDatasource", files: [after], configDir: after.path.slice(0, after.path.lastIndexOf("/")) },
      to: { tag: "schemaDatamodel", files: [after] },
      script: true,
      exitCode: null,
      filters: await filters(),
    });
    expect(drift.stdout).toContain("This is an empty migration");
  });

  it("is then worked in by each tenant for itself, logged, and purged with its tenant", async () => {
    const { a } = world();
    const other = await world().newTenant();
    for (const tenant of [a, other]) {
      expect(await world().db(tenant).$executeRaw`INSERT INTO tenant.samples (label) VALUES (${tenant.slug})`).toBe(1);
    }
    for (const tenant of [a, other]) {
      expect(await world().db(tenant).$queryRaw`SELECT label FROM tenant.samples`).toEqual([{ label: tenant.slug }]);
      expect(
        await world()
          .db(tenant)
          .auditLog.count({ where: { subject: "samples", operation: "create" } }),
      ).toBe(1);
    }
    const { receipt } = await purgeTenant(world().control, { tenant: other.slug, reason: null, now: true });
    expect(receipt.counts["tenant.samples"]).toBe(1);
    expect(await world().look("SELECT account_id, label FROM tenant.samples")).toEqual([{ account_id: a.id, label: a.slug }]);
  });

  it("may be dropped again: no purge looks for it", async () => {
    const other = await world().newTenant();
    await world().look("DROP TABLE tenant.samples");
    expect((await previewPurge(world().control, { tenant: other.slug })).counts).not.toHaveProperty("tenant.samples");
    const { receipt } = await purgeTenant(world().control, { tenant: other.slug, reason: null, now: true });
    expect(receipt.counts).not.toHaveProperty("tenant.samples");
    expect(receipt.total).toBeGreaterThan(0);
  });
});
