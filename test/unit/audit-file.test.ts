import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { type Compression, checkCompression, compress } from "../../src/audit-file/compress.js";
import { type AuditFormat, encodeAudit } from "../../src/audit-file/encode.js";
import type { AuditSource, RawEntry } from "../../src/audit-file/source.js";
import { Tally } from "../../src/audit-file/tally.js";
import type { Lines } from "../../src/database/wire/copy-out.js";
import { ocsfProblems } from "../support/ocsf.js";

const FIELDS = {
  id: "uuid",
  occurredAt: "time",
  accountId: "uuid",
  actor: "text",
  operation: "text",
  subject: "text",
  rowId: "text",
  method: "text",
  filter: "json",
  rowCount: "integer",
  oldValues: "json",
  newValues: "json",
  transactionId: "integer",
} as const;

const ENTRY: RawEntry = {
  id: "019ab000-0000-7000-8000-000000000001",
  occurredAt: "2026-11-23T07:49:45.416123Z",
  accountId: "c7048dae-5018-49af-8654-ba2ac904c11d",
  actor: 'Ada "the\u2028first"',
  operation: "update",
  subject: "documents",
  rowId: "r1",
  method: null,
  filter: null,
  rowCount: null,
  oldValues: '{"n": 12345678901234567890.10, "text": "\\u0001\\"$&"}',
  newValues: '{"n": 1}',
  transactionId: 809,
};

async function* pieces(entries: readonly RawEntry[], size = 2): AsyncGenerator<Lines> {
  for (let at = 0; at < entries.length; at += size) {
    const some = entries.slice(at, at + size);
    yield { text: Buffer.from(some.map((entry) => `${JSON.stringify(entry)}\n`).join("")), count: some.length };
  }
}

function sourceOf(
  entries: readonly RawEntry[],
  log: AuditSource["log"] = "tenant",
  fields: AuditSource["fields"] = FIELDS,
): AuditSource {
  return { log, fields, lines: pieces(entries) };
}

async function encode(source: AuditSource, format: AuditFormat, compression?: Compression): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeAudit(source, { format, compression })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("CSV", () => {
  const cell = async (value: RawEntry[string], type: "text" | "json" | "integer" | "time") => {
    const text = (await encode(sourceOf([{ value }], "tenant", { value: type }), "csv")).toString();
    return text.slice(text.indexOf("\r\n") + 2);
  };

  it.each([
    ["=1+1", "text", "'=1+1"],
    ["+1", "text", "'+1"],
    ["-1", "text", "'-1"],
    ["@SUM(A1)", "text", "'@SUM(A1)"],
    ["\t=1", "text", "'\t=1"],
    [-1, "integer", "-1"],
    ['say "hi"', "text", '"say ""hi"""'],
    ["a,b", "text", '"a,b"'],
    ["a\nb", "text", '"a\nb"'],
    ['=A1,"x"', "text", '"\'=A1,""x"""'],
    [null, "text", ""],
    ["1970-01-01T00:00:00.000000Z", "time", "1970-01-01T00:00:00.000000Z"],
    ['{"a": "=1"}', "json", '"{""a"": ""=1""}"'],
  ] as const)("writes %j (%s) so that it is read back and never run", async (value, type, written) => {
    expect(await cell(value, type)).toBe(`${written}\r\n`);
  });
});

describe("Parquet", () => {
  it("is read back as it was by somebody else's reader, row group by row group, with types of its own", async () => {
    const entries = Array.from({ length: 25_001 }, (_, at) => ({
      ...ENTRY,
      rowCount: at,
      rowId: at % 3 === 0 ? null : `r${at}`,
    }));
    const bytes = await encode(sourceOf(entries), "parquet");
    const file = new Uint8Array(bytes).buffer;
    const metadata = parquetMetadata(file);
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([10_000, 10_000, 5001]);
    expect(metadata.schema.slice(1).map(({ name }) => name)).toEqual(Object.keys(FIELDS));
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(entries.length);
    expect(rows[10_001]).toMatchObject({
      id: ENTRY.id,
      actor: ENTRY.actor,
      occurredAt: new Date("2026-11-23T07:49:45.416Z"),
      rowCount: 10_001n,
      rowId: "r10001",
      method: null,
      newValues: ENTRY.newValues,
    });
    expect(rows[9]).toMatchObject({ rowId: null });
  });

  it("is a file without rows when there are none", async () => {
    const file = new Uint8Array(await encode(sourceOf([]), "parquet")).buffer;
    expect(await parquetReadObjects({ file })).toEqual([]);
    expect(
      parquetMetadata(file)
        .schema.slice(1)
        .map(({ name }) => name),
    ).toEqual(Object.keys(FIELDS));
  });
});

describe("OCSF", () => {
  const ADMIN: RawEntry = {
    ...{
      id: 7,
      occurredAt: ENTRY.occurredAt,
      operator: "ada",
      action: "tenant.suspend",
      outcome: "done",
      accountId: ENTRY.accountId,
    },
    ...{
      accountSlug: "acme",
      oldValues: '{"status":"active"}',
      newValues: '{"status":"suspended"}',
      reason: "unpaid",
      message: null,
    },
    ...{ command: "tenant:suspend", requestId: "r-1", transactionId: 9 },
  };
  const events = async (source: AuditSource) =>
    (await encode(source, "ocsf"))
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, never>);

  it("has what the class requires and nothing that it doesn't know, for each operation of a tenant", async () => {
    const entries = ["create", "read", "update", "delete"].map((operation) => ({ ...ENTRY, operation }));
    const made = await events(
      sourceOf([...entries, { ...ENTRY, rowId: null, oldValues: null, newValues: null, filter: '{"a":1}', rowCount: 3 }]),
    );
    for (const event of made) expect(ocsfProblems(event)).toEqual([]);
    expect(made.map(({ activity_id }) => activity_id)).toEqual([1, 2, 3, 4, 3]);
    expect(made[2]).toMatchObject({
      type_uid: 300403,
      time: Date.parse("2026-11-23T07:49:45.416Z"),
      metadata: { original_time: ENTRY.occurredAt, tenant_uid: ENTRY.accountId, uid: ENTRY.id },
      actor: { user: { name: ENTRY.actor } },
      entity: { type: "documents", uid: "r1", data: { text: '\u0001"$&' } },
      entity_result: { data: { n: 1 } },
    });
  });

  it("has it for what operators do, refused or done, whoever it is about", async () => {
    const actions = [
      "tenant.create",
      "tenant.resume",
      "plans.insert",
      "operators.update",
      "tenant.purge.schedule",
      "settings.insert",
    ];
    const entries = actions.map((action) => ({ ...ADMIN, action }));
    const refused = { ...ADMIN, outcome: "refused", message: "Your role may not do this.", oldValues: null, newValues: null };
    const nobody = { ...ADMIN, action: "settings.update", accountId: null, accountSlug: null, requestId: null, command: null };
    const made = await events(sourceOf([...entries, refused, nobody], "control-plane"));
    for (const event of made) expect(ocsfProblems(event)).toEqual([]);
    expect(made.map(({ activity_id }) => activity_id)).toEqual([1, 13, 1, 3, 99, 1, 12, 3]);
    expect(made[4]).toMatchObject({ activity_name: "tenant.purge.schedule", entity: { type_id: 4, org: { name: "acme" } } });
    expect(made[6]).toMatchObject({ status_id: 2, status_code: "refused", status_detail: "Your role may not do this." });
    expect(made[7]).toMatchObject({ entity: { type_id: 99, name: "settings" } });
  });

  it("keeps the digits of numbers that JavaScript can't hold", async () => {
    expect((await encode(sourceOf([ENTRY]), "ocsf")).toString()).toContain('"n": 12345678901234567890.10');
  });

  it.each([
    ["entity", "entity is missing"],
    ["metadata", "metadata is missing"],
    ["activity_id", "activity_id is missing"],
  ])("is found wrong without %s", async (name, problem) => {
    const [event] = await events(sourceOf([ENTRY]));
    const { [name]: _, ...rest } = event as Record<string, unknown>;
    expect(ocsfProblems(rest)).toContain(problem);
  });
});

describe("compression", () => {
  it("is gzip that any gunzip reads", async () => {
    const plain = await encode(sourceOf([ENTRY, ENTRY, ENTRY]), "jsonl");
    expect(gunzipSync(await encode(sourceOf([ENTRY, ENTRY, ENTRY]), "jsonl", "gzip"))).toEqual(plain);
  });

  it("is Zstandard where Node has it, and refused before anything is read where it hasn't", async () => {
    const { zstdDecompressSync } = (await import("node:zlib")) as { zstdDecompressSync?: (bytes: Buffer) => Buffer };
    if (!zstdDecompressSync) return expect(() => checkCompression("zstd")).toThrow("has no zstd");
    expect(zstdDecompressSync(await encode(sourceOf([ENTRY]), "jsonl", "zstd"))).toEqual(
      await encode(sourceOf([ENTRY]), "jsonl"),
    );
  });

  it("fails with what it reads, and stops it when nobody reads on", async () => {
    let isStopped = false;
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(100_000, Math.random().toString());
      } finally {
        isStopped = true;
      }
    }
    for await (const _ of compress(endless(), "gzip")) break;
    await expect.poll(() => isStopped).toBe(true);
    async function* broken() {
      yield Buffer.alloc(10);
      throw new Error("the line went dead");
    }
    const read = async () => {
      for await (const _ of compress(broken(), "gzip"));
    };
    await expect(read()).rejects.toThrow("the line went dead");
  });
});

it("counts and hashes what passes", async () => {
  const entries = [1, 2, 3].map((at) => ({ ...ENTRY, id: `id-${at}` }));
  const told: number[] = [];
  const tally = new Tally((rows) => told.push(rows));
  const bytes: Uint8Array[] = [];
  const source = { ...sourceOf([]), lines: tally.lines(pieces(entries)) };
  for await (const chunk of tally.bytes(encodeAudit(source, { format: "jsonl" }))) bytes.push(chunk);
  const all = Buffer.concat(bytes);
  expect(tally.passed()).toEqual({
    ...{ rows: 3, firstId: "id-1", lastId: "id-3", bytes: all.length },
    sha256: createHash("sha256").update(all).digest("hex"),
  });
  expect(told).toEqual([2, 3]);
});
