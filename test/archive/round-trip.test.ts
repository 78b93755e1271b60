import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resumeTenant } from "../../src/control-plane/resume-tenant.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { publicKeyOf, type SigningKey } from "../../src/signing.js";
import { exportTenant } from "../../src/tenant-plane/export/export-tenant.js";
import { age, retain, sealAll, takeWhole } from "../support/retained.js";
import { plant } from "../support/sample.js";
import { seal } from "../support/sealed.js";
import { type EngineKind, World } from "../support/world.js";
import { addOddSchema, plantOddRows } from "./odd-schema.js";
import { type Export, exportTo, importFrom, linesOf, readContent, rowsOf, scratch, signingKey } from "./support.js";

const MOVES: readonly (readonly [from: EngineKind, to: EngineKind])[] = [
  ["server", "server"],
  ["server", "embedded"],
  ["embedded", "server"],
];

describe.each(MOVES)("a tenant that moves from %s to %s", (from, to) => {
  let [there, here, folder]: [World, World, Awaited<ReturnType<typeof scratch>>] = [] as never;
  let archive: Export;
  beforeAll(async () => {
    [there, here, folder] = [await World.open(from), await World.open(to), await scratch()];
    // The other installation has no such tenant; numbers of its own are far on.
    for (const world of [there, here]) await addOddSchema(world);
    await here.look("DELETE FROM control.accounts WHERE slug = 'alpha'");
    await plantOddRows(here, here.b.id);
    await plantOddRows(there, there.b.id);
    // The beginning of its log has gone.
    await sealAll(there, there.a);
    await age(there, there.a, { key: there.control.signingKey as SigningKey });
    await takeWhole(there, there.a);
    expect(await retain(there, there.a)).toHaveLength(1);
    for (let at = 0; at < 3; at++) await plant(there, there.a.id, `MORE${at}`);
    await plantOddRows(there, there.a.id);
    await there.db(there.a).document.updateMany({ data: { title: "changed" } });
    await there.db(there.a).document.findMany();
    await seal(there, there.a);
    archive = await exportTo(there, there.a, folder.at("alpha.tar"));
  });
  afterAll(async () => {
    for (const world of [there, here]) await world?.close();
    await folder?.remove();
  });

  it("is the same row for row, as text, in every table that the catalog knows, its history as it was", async () => {
    const neighbour = await rowsOf(here, here.b.id);
    expect(await importFrom(here, archive.file)).toMatchObject({ imported: true, rows: archive.rows, tables: archive.tables });
    const [before, after] = [await rowsOf(there, there.a.id), await rowsOf(here, there.a.id)];
    expect(after).toEqual(before);
    expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true);
    expect(Object.values(before).flat()).toHaveLength(archive.rows);
    expect(await rowsOf(here, here.b.id)).toEqual(neighbour);
  });

  it("has one line more in its log, and the vendor one in his", async () => {
    const said = { manifest: archive.manifest, rows: archive.rows, accountId: there.a.id };
    const own = await here.look(
      "SELECT operation, row_id, new_values FROM tenant.audit_log WHERE account_id = $1 AND subject = 'control.accounts'",
      there.a.id,
    );
    expect(own).toMatchObject([{ operation: "create", row_id: there.a.id, new_values: said }]);
    const vendors = await here.look(
      "SELECT new_values FROM control.admin_audit_log WHERE action = 'tenant.import' AND account_id = $1",
      there.a.id,
    );
    expect(vendors).toMatchObject([{ new_values: said }]);
    expect(await here.look("SELECT FROM guard.purges")).toEqual([]);
  });

  it("works on: with its users, past the numbers that came along, logged again line by line", async () => {
    const db = here.db(there.a);
    expect(await db.user.count()).toBe(archive.tables["tenant.users"]);
    await db.document.create({ data: { number: "NEW-1", title: "here" } });
    await db.$executeRaw`INSERT INTO lab."Odd, ""table""" (amount) VALUES (1)`;
    const lines = await here.look(
      "SELECT FROM tenant.audit_log WHERE account_id = $1 AND actor = 'tester' AND operation = 'create' AND occurred_at > (SELECT created_at FROM control.accounts WHERE id = $1)",
      there.a.id,
    );
    expect(lines).toHaveLength(2);
    const [{ top }] = (await here.look<{ top: string }>(
      `SELECT max(id) AS top FROM lab."Odd, ""table""" WHERE account_id = $1`,
      there.a.id,
    )) as [{ top: string }];
    expect(Number(top)).toBeGreaterThan(8);
  });

  it("comes once: the same again changes nothing, another one is refused", async () => {
    const before = await rowsOf(here, there.a.id);
    expect(await importFrom(here, archive.file)).toMatchObject({ imported: false });
    const second = await exportTo(there, there.a, folder.at("second.tar"));
    await expect(importFrom(here, second.file)).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
      hint: expect.stringContaining("--as-id"),
    });
    const asId = "7B1F6A0E-5d0c-4b1e-9a57-1f2d3c4b5a69";
    await expect(importFrom(here, second.file, { asId })).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
      hint: expect.stringContaining("--slug"),
    });
    await expect(importFrom(here, second.file, { asId: "x", slug: "y" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(importFrom(here, second.file, { asId, slug: "y", plan: "none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await rowsOf(here, there.a.id)).toEqual(before);
  });

  it("comes under another id beside the first, with the same rows; a dry run leaves nothing", async () => {
    const asId = "7b1f6a0e-5d0c-4b1e-9a57-1f2d3c4b5a69";
    const beside = { asId, slug: "alpha-two" };
    expect(await importFrom(here, archive.file, { ...beside, dryRun: true })).toMatchObject({ imported: true, dryRun: true });
    expect(await here.look("SELECT FROM control.accounts WHERE id = $1", asId)).toEqual([]);
    await importFrom(here, archive.file, beside);
    const theirs = Object.entries(await rowsOf(there, there.a.id)).map(([table, rows]) => [table, rows.length]);
    const ours = Object.entries(await rowsOf(here, asId)).map(([table, rows]) => [table, rows.length]);
    // The second archive's reading is logged there since.
    expect(ours.filter(([table]) => table !== "tenant.audit_log")).toEqual(
      theirs.filter(([table]) => table !== "tenant.audit_log"),
    );
    const hidden = (rows: readonly string[] = []) =>
      rows.map((row) => row.replaceAll(asId, "ID").replaceAll(there.a.id, "ID")).sort();
    expect(hidden((await rowsOf(here, asId))["tenant.documents"])).toEqual(
      hidden((await rowsOf(there, there.a.id))["tenant.documents"]),
    );
  });
});

describe("an archive", () => {
  let [world, folder]: [World, Awaited<ReturnType<typeof scratch>>] = [] as never;
  let archive: Export;
  beforeAll(async () => {
    [world, folder] = [await World.open("server"), await scratch()];
    await addOddSchema(world);
    await plantOddRows(world, world.a.id);
    await plantOddRows(world, world.b.id);
    archive = await exportTo(world, world.a, folder.at("alpha.tar"));
  });
  afterAll(async () => {
    await world?.close();
    await folder?.remove();
  });

  it("is opened by tar, gunzip and openssl alone, and holds this tenant's rows and no other's", async () => {
    execFileSync("tar", ["xf", archive.file, "-C", folder.at(".")]);
    const { signature } = { signature: Buffer.from(readFileSync(folder.at("manifest.sig"), "utf8"), "base64") };
    writeFileSync(folder.at("signature"), signature);
    writeFileSync(folder.at("vendor.pem"), publicKeyOf(signingKey(world)));
    const verify = [
      "pkeyutl",
      "-verify",
      "-rawin",
      "-pubin",
      "-inkey",
      folder.at("vendor.pem"),
      "-in",
      folder.at("manifest.json"),
    ];
    expect(execFileSync("openssl", [...verify, "-sigfile", folder.at("signature")]).toString()).toContain(
      "Verified Successfully",
    );
    const text = execFileSync("sh", ["-c", `gunzip -c ${folder.at("data")}/*/*.gz`]).toString();
    expect(text.split("\n").filter(Boolean)).toHaveLength(archive.rows);
    expect(text).toContain(world.a.marker);
    expect(text).not.toContain(world.b.marker);
    expect(text).not.toContain(world.b.id);
  });

  it("has values as PostgreSQL writes them", async () => {
    const content = await readContent(archive.file);
    const odd = linesOf(content, 'lab."Odd, ""table"""');
    expect(odd[1]).toMatchObject({
      amount: "NaN",
      at: "2026-11-23 08:11:12.123456+00",
      ints: "[0:2]={1,NULL,3}",
      blank: "cd   ",
      fixed: "ab   ",
      doubled: "246913578.250",
    });
    expect(odd.map(({ docb }) => docb)).toEqual([
      null,
      expect.stringContaining("12345678901234567890123.4567890000"),
      "null",
      '"text"',
    ]);
    expect(odd[0]?.mood).toBeNull();
  });

  it("is one moment: what is committed while it is written isn't in it", async () => {
    const { a } = world;
    let pieces = 0;
    const all: Buffer[] = [];
    const write = async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        if (pieces++ === 0) await plant(world, a.id, "LATE");
        all.push(chunk);
      }
    };
    const before = await world.look("SELECT FROM tenant.documents WHERE account_id = $1", a.id);
    const result = await exportTenant(world, { accountId: a.id, actor: "x" }, { key: signingKey(world), write });
    expect(result.tables["tenant.documents"]).toBe(before.length);
    expect(await world.look("SELECT FROM tenant.documents WHERE account_id = $1", a.id)).toHaveLength(before.length + 2);
  });

  it("is logged as a read before its first row, and finished only when it is written", async () => {
    const write = async (chunks: AsyncIterable<Buffer>) => {
      for await (const _ of chunks) throw new Error("the disk is full");
    };
    const finished = () => world.look("SELECT FROM guard.exports WHERE account_id = $1", world.a.id);
    const before = (await finished()).length;
    await expect(
      exportTenant(world, { accountId: world.a.id, actor: "operator:x" }, { key: signingKey(world), write }),
    ).rejects.toThrow("disk is full");
    expect(await finished()).toHaveLength(before);
    const lines = await world.look(
      "SELECT subject FROM tenant.audit_log WHERE account_id = $1 AND actor = 'operator:x' AND method = 'export'",
      world.a.id,
    );
    expect(lines).toHaveLength(Object.keys(archive.tables).length);
    await exportTo(world, world.a, folder.at("again.tar"));
    expect(await finished()).toHaveLength(before + 1);
  });

  it("is taken of a tenant that may be read, and of no other", async () => {
    const { b } = world;
    const suspend = (readOnly: boolean) => suspendTenant(world.control, { tenant: b.slug, reason: "x", readOnly, dryRun: false });
    await suspend(true);
    expect((await exportTo(world, b, folder.at("beta.tar"))).rows).toBeGreaterThan(0);
    await suspend(false);
    await expect(exportTo(world, b, folder.at("beta.tar"))).rejects.toMatchObject({ code: "ACCOUNT_SUSPENDED" });
    await resumeTenant(world.control, { tenant: b.slug, dryRun: false });
  });
});
