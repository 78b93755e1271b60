import fc from "fast-check";
import { expect, it } from "vitest";
import { exportAdminAudit } from "../../src/control-plane/read-admin-audit.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import type { ExportQuery } from "../../src/database/logs/export.js";
import { exportAuditLog, readAuditLog } from "../../src/tenant-plane/read-audit-log.js";
import { compareRows, textOf, writeLine } from "../support/log-rows.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

interface Line {
  readonly id: string;
  readonly actor: string;
  readonly rowId: string;
  readonly subject: string;
  readonly newValues: unknown;
}

const HOSTILE = [
  '"',
  "\\",
  "\\.",
  "\u0001\u0002",
  "\r\n\t\b",
  "\u007f\u0085\u2028\u2029",
  "𝕏 é",
  "\ufeff",
  "\\N",
  "','",
  "a".repeat(200_000),
];

describeOnBothEngines("the export of an audit log", (world, kind) => {
  const open = (tenant: TestTenant, query: ExportQuery = {}) =>
    exportAuditLog(world(), { accountId: tenant.id, actor: "exporter" }, query);
  const lines = async (tenant: TestTenant, query: ExportQuery = {}): Promise<Line[]> => {
    const text = await textOf((await open(tenant, query)).lines);
    return text === ""
      ? []
      : text
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as Line);
  };

  it("is one valid JSON object a line, whatever the values hold, and says them as they are", async () => {
    const tenant = await world().newTenant();
    for (const value of HOSTILE) await writeLine(world().owner, tenant.id, value, { value, [value]: 1 });
    const found = (await lines(tenant, { actor: "writer" })).map(({ rowId, newValues }) => ({ rowId, newValues }));
    const byRow = new Map(found.map(({ rowId, newValues }) => [rowId, newValues]));
    expect(byRow).toEqual(new Map(HOSTILE.map((value) => [value, { value, [value]: 1 }])));
    expect(found).toHaveLength(HOSTILE.length);
  });

  it("is that for any text that PostgreSQL can hold", async () => {
    const tenant = await world().newTenant();
    const texts = fc.sample(
      fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("\0")),
      200,
    );
    for (const text of texts) await writeLine(world().owner, tenant.id, text);
    const found = (await lines(tenant, { actor: "writer" })).map(({ rowId }) => rowId);
    expect([...found].sort()).toEqual([...texts].sort());
  });

  it("is in the order of ids, with all of a log that is longer than any buffer, and nothing of another tenant", async () => {
    const tenant = await world().newTenant();
    await world().look(
      `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
       SELECT $1, 'many', 'create', 'documents', g::text, jsonb_build_object('text', repeat('x', g % 700)) FROM generate_series(1, 5000) g`,
      tenant.id,
    );
    await writeLine(world().owner, world().b.id, "not yours");
    const found = await lines(tenant);
    expect(found.filter(({ actor }) => actor === "many")).toHaveLength(5000);
    expect(found.map(({ id }) => id)).toEqual(found.map(({ id }) => id).sort());
    const [{ count }] = (await world().look<{ count: number }>(
      "SELECT count(*)::int FROM tenant.audit_log WHERE account_id = $1",
      tenant.id,
    )) as [{ count: number }];
    expect(found).toHaveLength(count);
    expect(found.some(({ rowId }) => rowId === "not yours")).toBe(false);
  });

  it("can be narrowed by each filter, and by several", async () => {
    const tenant = await world().newTenant();
    const [one, other] = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"].map((time) => new Date(time)) as [Date, Date];
    const insert = `INSERT INTO tenant.audit_log (account_id, occurred_at, actor, operation, subject, row_id) VALUES ($1, $2, $3, $4, $5, $6)`;
    await world().look(insert, tenant.id, one, "ada", "create", "documents", "o'ne");
    await world().look(insert, tenant.id, other, "bo\\b", "delete", "batches", "two");
    const rows = async (query: ExportQuery) => (await lines(tenant, query)).map(({ rowId }) => rowId);
    expect(await rows({ actor: "ada" })).toEqual(["o'ne"]);
    expect(await rows({ actor: "bo\\b" })).toEqual(["two"]);
    expect(await rows({ action: "delete" })).toEqual(["two"]);
    expect(await rows({ table: "batches" })).toEqual(["two"]);
    expect(await rows({ row: "o'ne" })).toEqual(["o'ne"]);
    expect(await rows({ since: one, until: other })).toEqual(["o'ne"]);
    expect(await rows({ until: new Date("2026-03-01"), table: "documents" })).toEqual(["o'ne"]);
    expect(await rows({ actor: "' OR true --" })).toEqual([]);
    await expect(open(tenant, { action: "dance" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(open(tenant, { actor: "a\0b" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("leaves a line about itself before the first entry is handed over", async () => {
    const tenant = await world().newTenant();
    await open(tenant, { actor: "ada" }).then(({ lines: handed }) => textOf(handed));
    const [line] = await lines(tenant, { action: "read" });
    expect(line).toMatchObject({ actor: "exporter", subject: "audit_log", method: "audit.export", filter: { actor: "ada" } });
  });

  it("continues where an earlier one ended: each entry once", async () => {
    const tenant = await world().newTenant();
    await writeLine(world().owner, tenant.id, "first");
    const first = await open(tenant, { actor: "writer" });
    await textOf(first.lines);
    await writeLine(world().owner, tenant.id, "second");
    const second = await open(tenant, { actor: "writer", after: first.cursor });
    expect(JSON.parse(await textOf(second.lines))).toMatchObject({ rowId: "second" });
    expect(await lines(tenant, { actor: "writer", after: second.cursor })).toEqual([]);
    await expect(lines(tenant, { after: "99999999:99999999:" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(lines(tenant, { after: "yesterday" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("hands JSON over as it stands in the database, where it is asked to", async () => {
    const tenant = await world().newTenant();
    await world().look(
      `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
       VALUES ($1, 'writer', 'create', 'documents', 'big', '{"n": 12345678901234567890.10}')`,
      tenant.id,
    );
    expect(await lines(tenant, { actor: "writer", jsonAsText: true })).toMatchObject([
      { newValues: '{"n": 12345678901234567890.10}' },
    ]);
  });

  it("of the control plane's log is the same", async () => {
    const { slug } = await world().newTenant();
    const { cursor, lines: before } = await exportAdminAudit(world().control);
    expect((await textOf(before)).split("\n").filter((line) => line.includes(slug))).toHaveLength(2);
    await suspendTenant(world().control, { tenant: slug, reason: 'say "no"', readOnly: true, dryRun: false });
    const { lines: after } = await exportAdminAudit(world().control, { after: cursor });
    expect(JSON.parse(await textOf(after))).toMatchObject({ action: "tenant.suspend", accountSlug: slug, reason: 'say "no"' });
    await expect(
      exportAdminAudit(world().control, { table: "documents" }).then(({ lines: each }) => textOf(each)),
    ).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    const support = await world().as("support");
    await expect(exportAdminAudit(support)).rejects.toMatchObject({
      code: "NOT_PERMITTED",
      message: expect.stringContaining("audit.export"),
    });
    await world().as("vendor-admin");
  });

  it("is refused for a suspended tenant, and leaves the connection fit for the next one", async () => {
    const tenant = await world().newTenant();
    await suspendTenant(world().control, { tenant: tenant.slug, reason: "x", readOnly: false, dryRun: false });
    await expect(open(tenant)).rejects.toMatchObject({ code: "ACCOUNT_SUSPENDED" });
    await suspendTenant(world().control, { tenant: tenant.slug, reason: "x", readOnly: true, dryRun: false });
    expect((await lines(tenant)).length).toBeGreaterThan(0);
  });

  it("ends its transaction when nobody reads on, and takes no connection with it", async () => {
    const tenant = await world().newTenant();
    await world().look(
      `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
       SELECT $1, 'many', 'create', 'documents', g::text, to_jsonb(repeat('x', 1000)) FROM generate_series(1, 3000) g`,
      tenant.id,
    );
    for (let time = 0; time < 12; time++) {
      for await (const { id } of readAuditLog(world(), { accountId: tenant.id, actor: "impatient" })) {
        expect(id).toBeTruthy();
        break;
      }
    }
    expect(await world().db(tenant).document.count()).toBe(0);
    const open =
      "SELECT FROM pg_stat_activity WHERE usename = 'azora_runtime' AND datname = current_database() AND xact_start IS NOT NULL";
    if (kind === "server") await expect.poll(() => world().look(open)).toEqual([]);
  });

  // The embedded engine has one session: nobody else can have a transaction open meanwhile, and none can be ended.
  it.skipIf(kind === "embedded")("misses nothing that was begun before it and committed after it", async () => {
    const tenant = await world().newTenant();
    const slow = await world().owner.connect();
    await slow.query("BEGIN");
    await writeLine(slow, tenant.id, "late");
    await writeLine(world().owner, tenant.id, "early");
    const first = await open(tenant, { actor: "writer" });
    const found = (await textOf(first.lines))
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as Line).rowId);
    expect(found).toEqual(["early"]);
    await slow.query("COMMIT");
    slow.release();
    const next = await lines(tenant, { actor: "writer", after: first.cursor });
    expect(compareRows([...found, ...next.map(({ rowId }) => rowId)], ["early", "late"])).toEqual([]);
    // By ids alone the late one, whose id is the lower, would never come.
    const ids = (await lines(tenant, { actor: "writer" })).map(({ id, rowId }) => ({ id, rowId }));
    expect(ids.map(({ rowId }) => rowId)).toEqual(["late", "early"]);
  });

  it.skipIf(kind === "embedded")("fails as a whole when its connection dies, and says which database", async () => {
    const tenant = await world().newTenant();
    await world().look(
      `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
       SELECT $1, 'many', 'create', 'documents', g::text, to_jsonb(repeat('x', 2000)) FROM generate_series(1, 20000) g`,
      tenant.id,
    );
    const { lines: handed } = await open(tenant);
    const read = async () => {
      let isFirst = true;
      for await (const _ of handed) {
        if (!isFirst) continue;
        isFirst = false;
        await world().look(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'azora_runtime' AND datname = current_database()",
        );
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "UNREACHABLE" });
    expect((await lines(tenant, { action: "read" })).length).toBeGreaterThan(0);
  });
});
