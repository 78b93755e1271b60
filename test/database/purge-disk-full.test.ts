import { execFileSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openControlPlane } from "../../src/control-plane/connection.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import type { Engine } from "../../src/database/engine.js";
import { openServer } from "../../src/database/server.js";
import { parseSigningKey } from "../../src/signing.js";
import { startServer, type TestServer, UNPRIVILEGED } from "../support/postgres-server.js";
import { install, OPERATORS } from "../support/prepare.js";
import { administer, urlOf, urlsOf } from "../support/server-template.js";

const DISK = mkdtempSync(join(tmpdir(), "azora-disk-"));

/** A disk of our own to fill. @returns whether there is one */
function mountDisk(): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=192m,mode=0700", "tmpfs", DISK], { stdio: "ignore" });
    chownSync(DISK, UNPRIVILEGED, UNPRIVILEGED);
    return true;
  } catch {
    return false;
  }
}

const mounted = process.platform === "linux" && process.getuid?.() === 0 && mountDisk();
if (!mounted) rmSync(DISK, { recursive: true, force: true });

describe.skipIf(!mounted)("a purge on a full disk (skipped where a tmpfs can't be mounted: that takes root)", () => {
  let server: TestServer;
  let engine: Engine;
  let owner: Pool;
  const prepared = inject("prepared");
  const id = "00000000-0000-4000-8000-000000000001";
  beforeAll(async () => {
    // So little memory that what a statement deletes is kept on disk until its triggers have run.
    server = await startServer({ work_mem: "64kB" });
    await administer(
      server.url,
      `CREATE TABLESPACE small LOCATION '${DISK}'`,
      "CREATE DATABASE azora TEMPLATE template0 TABLESPACE small",
    );
    owner = new Pool({ connectionString: urlOf(server.url, "azora"), max: 2 });
    await install(owner, prepared);
    await owner.query(`ALTER ROLE ${OPERATORS["vendor-admin"]} PASSWORD '${prepared.password}'`);
    await owner.query(`INSERT INTO control.accounts (id, slug, name, contact_email) VALUES ('${id}', 'big', 'Big', 'big@big.test');
      INSERT INTO tenant.batches (account_id, number, product, quantity, unit)
      SELECT '${id}', 'B-' || g, repeat('x', 100), g, 'kg' FROM generate_series(1, 40000) g`);
    engine = openServer(urlsOf(server.url, "azora", prepared.password));
  });
  afterAll(async () => {
    await owner?.end();
    await engine?.close();
    await server?.stop();
    execFileSync("umount", [DISK]);
    rmSync(DISK, { recursive: true, force: true });
  });

  it("leaves the tenant whole, says why, and is finished by the same call when there is room", async () => {
    const control = await openControlPlane(engine, parseSigningKey(prepared.signingKey.id, prepared.signingKey.privateKey));
    const purge = () => purgeTenant(control, { tenant: "big", reason: "full", now: true });
    const rows = async () =>
      (
        await owner.query(
          "SELECT (SELECT count(*)::int FROM tenant.batches) AS batches, (SELECT count(*)::int FROM tenant.audit_log) AS lines",
        )
      ).rows;
    const before = await rows();
    const filler = join(DISK, "filler");
    const { bavail, bsize } = statfsSync(DISK);
    writeFileSync(filler, Buffer.alloc(bavail * bsize));
    await expect(purge()).rejects.toMatchObject({
      code: "FAILURE",
      message: expect.stringContaining("disk"),
      hint: expect.stringContaining("room"),
    });
    expect(await rows()).toEqual(before);
    expect((await owner.query("SELECT FROM control.purge_receipts")).rows).toEqual([]);
    expect((await owner.query("SELECT status FROM control.accounts")).rows).toEqual([{ status: "active" }]);
    rmSync(filler);
    expect(await purge()).toMatchObject({
      purged: true,
      receipt: { counts: { "tenant.batches": 40_000, "tenant.audit_log": 40_000 } },
    });
    await control.client.$disconnect();
  });
});
