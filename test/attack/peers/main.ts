import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Pool } from "pg";
import { OPERATOR_GROUPS } from "../../../src/database/logins.js";
import { applyMigrations } from "../../../src/database/migrate/apply.js";
import { installPeers } from "../../bench/peers.js";
import { startServer } from "../../support/postgres-server.js";
import { azora } from "./azora.js";
import { compare } from "./compare.js";
import { report } from "./report.js";
import { splinter } from "./splinter.js";
import { supashield } from "./supashield.js";
import { tenantCli } from "./tenant-cli.js";

/* `.ci/compare-peers SPLINTER_SQL` writes docs/isolation-peers.md, in some ten minutes. */

const OUTPUT = fileURLToPath(new URL("../../../docs/isolation-peers.md", import.meta.url));

const [splinterSql] = process.argv.slice(2);
if (splinterSql === undefined || !existsSync(splinterSql)) {
  process.stderr.write("Name splinter.sql, in a checkout of github.com/supabase/splinter.\n");
  process.exit(2);
}

installPeers(fileURLToPath(new URL(".", import.meta.url)));
const server = await startServer();
const directory = mkdtempSync(join(tmpdir(), "azora-peers-"));
const pool = new Pool({ connectionString: server.url });
// The server may be gone before a connection that is being closed.
pool.on("error", () => undefined);
const client = await pool.connect();
try {
  await applyMigrations(pool);
  for (const [name, group] of Object.entries(OPERATOR_GROUPS)) {
    await client.query(`CREATE ROLE azora_test_${name.replace("vendor-", "")} LOGIN IN ROLE ${group}`);
  }
  const contenders = [
    azora(client),
    splinter(client, splinterSql),
    supashield(server.url, join(directory, "setup.sql")),
    await tenantCli(client),
  ];
  const comparison = await compare(contenders, (text) => process.stderr.write(`${text}\n`));
  const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version') AS version");
  writeFileSync(OUTPUT, report(comparison, contenders, rows[0]?.version ?? ""));
} finally {
  client.release();
  await pool.end();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
