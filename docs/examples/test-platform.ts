import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { createTenant, loadConfig, openInstallation, type TenantClient, tenantDb } from "azora";

const azora = join(dirname(createRequire(import.meta.url).resolve("azora/package.json")), "bin/run.js");

/** A platform for one test file: the embedded engine in a directory that is thrown away. */
export interface TestPlatform {
  /** A tenant that nobody else has. @returns its clients, one for each actor */
  tenant(): Promise<(actor: string) => TenantClient>;
  close(): Promise<void>;
}

export async function openTestPlatform(): Promise<TestPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), "platform-"));
  // Nothing of the developer's own installation: the test has its directory and no connection string.
  const env = { PATH: process.env.PATH ?? "", AZORA_DATA_DIR: dataDir };
  await promisify(execFile)(process.execPath, [azora, "init", "--embedded", "--yes"], { env });
  const installation = openInstallation(loadConfig(env));
  const control = await installation.control();
  const connection = await installation.tenant();
  return {
    async tenant() {
      const slug = `test-${randomUUID()}`;
      const how = { plan: "free", ifNotExists: false, dryRun: false };
      const { tenant } = await createTenant(control, { slug, name: slug, ownerEmail: "owner@example.test", ...how });
      return (actor) => tenantDb({ accountId: tenant.id, actor }, { connection });
    },
    async close() {
      await installation.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
