import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startServer, type TestServer } from "../support/postgres-server.js";
import { administer, urlOf } from "../support/server-template.js";
import { findSystemPostgres, NO_SYSTEM_POSTGRES } from "../support/system-postgres.js";
import { World } from "../support/world.js";
import { Azora, RUN } from "./azora.js";

const postgres = findSystemPostgres();
const bin = { AZORA_PG_BIN: postgres?.bin ?? "" };
const KILLS = Number(process.env.AZORA_KILLS ?? 4);

describe.skipIf(!postgres)(`a backup of a server (${NO_SYSTEM_POSTGRES})`, () => {
  const azora = new Azora();
  const other = new Azora();
  const file = join(azora.home, "backup.tar");
  const baseline = join(azora.home, "baseline.json");
  let server: TestServer;
  let elsewhere: TestServer;
  const owner = (database = "app", at = server) => ({ AZORA_OWNER_URL: urlOf(at.url, database), ...bin });

  beforeAll(async () => {
    server = await startServer({}, postgres?.bin);
    elsewhere = await startServer({}, postgres?.bin);
    await administer(server.url, "CREATE DATABASE app", "CREATE ROLE reporting LOGIN");
    await azora.run(["init", "--yes"], owner());
    await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "owner@acme.test"]);
    await azora.run(["operator:create", "ada", "--role", "billing"]);
    await azora.run(["operator:create", "bob", "--role", "support"]);
    await azora.run(["operator:disable", "bob", "--yes"]);
    const client = new Client({ connectionString: urlOf(server.url, "app") });
    await client.connect();
    await client.query(`CREATE TABLE public.notes (id int PRIMARY KEY, note text); INSERT INTO public.notes SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n;
      GRANT SELECT ON public.notes TO reporting; GRANT CONNECT ON DATABASE app TO reporting`);
    await client.end();
    await azora.run(["isolation:verify", "--baseline", baseline, "--update-baseline", "notes are nobody's"], owner());
  }, 180_000);
  afterAll(async () => {
    for (const each of [server, elsewhere]) await each?.stop();
    for (const each of [azora, other]) await each.remove();
  });

  const databases = async (at: TestServer) => {
    const client = new Client({ connectionString: at.url });
    await client.connect();
    const { rows } = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1",
    );
    await client.end();
    return rows.map(({ datname }) => datname);
  };

  it("needs the owner's login, pg_dump, and one that isn't older than the server; nothing is written without", async () => {
    expect(await azora.json(["backup", "--out", file], bin)).toMatchObject({
      exit: 2,
      document: { error: { code: "NOT_CONFIGURED" } },
    });
    const none = await azora.json(["backup", "--out", file], { ...owner(), AZORA_PG_BIN: azora.home });
    expect(none).toMatchObject({ exit: 2, document: { error: { message: expect.stringContaining("pg_dump was not found") } } });
    // A program that says of itself that it is older.
    writeFileSync(join(azora.home, "pg_dump"), "#!/bin/sh\necho 'pg_dump (PostgreSQL) 14.9'\n", { mode: 0o755 });
    const old = await azora.json(["backup", "--out", file], { ...owner(), AZORA_PG_BIN: azora.home });
    rmSync(join(azora.home, "pg_dump"));
    expect(old).toMatchObject({
      exit: 5,
      document: { error: { code: "CONFLICT", message: expect.stringContaining("pg_dump 14 is older") } },
    });
    await administer(server.url, "CREATE ROLE installer LOGIN CREATEROLE PASSWORD 'install'");
    await administer(server.url, "GRANT azora_owner TO installer", "GRANT CONNECT ON DATABASE app TO installer");
    const blind = await azora.json(["backup", "--out", file], {
      ...bin,
      AZORA_OWNER_URL: urlOf(server.url, "app", "installer", "install"),
    });
    await administer(server.url, "REVOKE CONNECT ON DATABASE app FROM installer", "DROP ROLE installer");
    expect(blind).toMatchObject({ exit: 4, document: { error: { code: "NOT_PERMITTED" } } });
    expect(readdirSync(azora.home).filter((name) => name.includes("backup"))).toEqual([]);
  });

  it("is taken of one moment, without secrets, and tried in a database that is gone afterwards", async () => {
    const { exit, document, stdout } = await azora.json(["backup", "--out", file, "--test-restore"], owner());
    expect({ exit, error: document.error }).toEqual({ exit: 0, error: undefined });
    expect(document.result).toMatchObject({
      manifest: {
        engine: "server",
        database: "app",
        secrets: false,
        contextKeys: false,
        roles: ["reporting"],
        operator: "azora_admin",
      },
      test: { differences: [] },
    });
    expect(await databases(server)).toEqual(["app", "postgres"]);
    const { contextKey, signingKey, tenantUrl } = JSON.parse(readFileSync(join(azora.dataDir, "config.json"), "utf8"));
    const bytes = readFileSync(file, "latin1");
    for (const secret of [contextKey.secret, signingKey.privateKey.split("\n")[1], new URL(tenantUrl).password]) {
      expect(bytes.includes(secret)).toBe(false);
      expect(stdout.includes(secret)).toBe(false);
    }
    const dump = execFileSync(
      "sh",
      ["-c", `tar -xOf '${file}' --wildcards 'database.dump.*' | '${postgres?.bin}/pg_restore' --file=-`],
      {
        encoding: "utf8",
        maxBuffer: 1 << 28,
      },
    );
    expect(dump).toContain("CREATE TABLE guard.context_keys");
    expect(dump).not.toContain("COPY guard.context_keys");
    expect(dump).toContain("COPY tenant.users");
  });

  it("is not taken for restored where it can't be: the server lacks a role", async () => {
    const { exit, document } = await other.json(["restore", file, "--yes"], owner("postgres", elsewhere));
    expect({ exit, error: document.error }).toMatchObject({
      exit: 5,
      error: { message: expect.stringContaining("reporting"), hint: expect.stringContaining('CREATE ROLE "reporting"') },
    });
    expect(existsSync(other.dataDir)).toBe(false);
  });

  it("comes back on another server: roles, logins, rights, rows and logs, checked", async () => {
    await administer(elsewhere.url, "CREATE ROLE reporting LOGIN", "CREATE DATABASE app");
    const { exit, document } = await other.json(["restore", file, "--baseline", baseline, "--yes"], owner("app", elsewhere));
    expect({ exit, error: document.error }).toEqual({ exit: 0, error: undefined });
    expect(document.result).toMatchObject({ comparison: { differences: [] }, checks: { failed: [], isolation: "clean" } });
    const [before, after] = [await azora.json(["tenant:show", "acme"]), await other.json(["tenant:show", "acme"])];
    expect(after.document.result).toEqual(before.document.result);
    const log = async (from: Azora) => (await from.run(["audit:export", "--tenant", "acme", "--action", "create"])).stdout;
    expect(await log(other)).toBe(await log(azora));
    const client = new Client({ connectionString: urlOf(elsewhere.url, "app") });
    await client.connect();
    const { rows } = await client.query(
      `SELECT has_database_privilege('reporting', 'app', 'CONNECT') AS reporting, has_table_privilege('reporting', 'public.notes', 'SELECT') AS notes,
         pg_has_role('ada', 'azora_billing', 'MEMBER') AS ada, (SELECT rolcanlogin FROM pg_roles WHERE rolname = 'bob') AS bob,
         NOT EXISTS (SELECT FROM aclexplode((SELECT datacl FROM pg_database WHERE datname = 'app')) WHERE grantee = 0) AS closed`,
    );
    await client.end();
    expect(rows).toEqual([{ reporting: true, notes: true, ada: true, bob: false, closed: true }]);
    expect((await other.json(["operator:rotate", "ada"])).exit).toBe(0);
    expect((await other.json(["operator:enable", "bob"])).exit).toBe(0);
    expect((await other.json(["tenant:purge", "acme", "--now", "--confirm", "acme"])).exit).toBe(0);
  }, 180_000);

  it("goes into an empty database alone, or one that is made for it", async () => {
    const full = await azora.json(["restore", file, "--yes"], owner());
    expect(full).toMatchObject({
      exit: 5,
      document: { error: { code: "CONFLICT", message: expect.stringContaining("not empty") } },
    });
    const { exit, document } = await azora.json(["restore", file, "--into", "app_copy", "--yes"], owner());
    // What the isolation check would say of the original it says of the copy.
    expect({ exit, findings: document.result.checks.findings }).toEqual({ exit: 9, findings: ["outside-table"] });
    expect(document.result.comparison.differences).toEqual([]);
    expect(document.result.database).toContain("/app_copy");
    const again = await azora.json(["restore", file, "--into", "app_copy", "--yes"], owner());
    expect(again).toMatchObject({ exit: 5 });
    // The installation itself still works with its own database and passwords.
    expect((await azora.json(["tenant:list"])).document.result.total).toBe(1);
    await administer(server.url, "DROP DATABASE app_copy");
  }, 180_000);

  it("brings configuration and keys to a new place when they are in it, and asks before it takes logins over", async () => {
    const secret = join(azora.home, "secret.tar");
    expect((await azora.run(["backup", "--out", secret, "--with-secrets"], owner())).exit).toBe(0);
    await administer(elsewhere.url, "CREATE DATABASE app_moved");
    const moved = new Azora();
    const restore = ["restore", secret, "--baseline", baseline, "--yes"];
    const taken = await moved.json(restore, owner("app_moved", elsewhere));
    expect(taken).toMatchObject({ exit: 5, document: { error: { hint: expect.stringContaining("--reset-passwords") } } });
    expect(existsSync(moved.dataDir)).toBe(false);
    const { exit, document } = await moved.json([...restore, "--reset-passwords"], owner("app_moved", elsewhere));
    expect({ exit, error: document.error }).toEqual({ exit: 0, error: undefined });
    const read = (from: Azora) => JSON.parse(readFileSync(join(from.dataDir, "config.json"), "utf8"));
    const [here, there] = [read(azora), read(moved)];
    expect({ key: there.contextKey, signing: there.signingKey, left: there.installing }).toEqual({
      key: here.contextKey,
      signing: here.signingKey,
      left: undefined,
    });
    const [before, after] = [new URL(here.tenantUrl), new URL(there.tenantUrl)];
    expect(after.password).toBe(before.password);
    expect({ port: after.port, path: after.pathname }).toEqual({ port: new URL(elsewhere.url).port, path: "/app_moved" });
    expect((await moved.run(["audit:export", "--tenant", "acme"])).exit).toBe(0);
    await moved.remove();
  }, 180_000);

  /** A directory of programs in which one is another. */
  function programs(name: string, changed: "pg_dump" | "pg_restore", script: string): Record<string, string> {
    const directory = join(azora.home, name);
    mkdirSync(directory);
    for (const program of ["pg_dump", "pg_restore"]) {
      const text = program === changed ? script : 'exec "$BIN/PROGRAM" "$@"';
      const own = `#!/bin/sh\nBIN='${postgres?.bin}'\n[ "$1" = --version ] && exec "$BIN/${program}" --version\n${text.replace("PROGRAM", program)}\n`;
      writeFileSync(join(directory, program), own, { mode: 0o755 });
    }
    return { AZORA_PG_BIN: directory };
  }

  it("goes red in its test when one row of what was restored isn't what it was", async () => {
    const script = `for arg; do case $arg in --dbname=*) db=\${arg#--dbname=};; esac; done
      "$BIN/pg_restore" "$@" && "$BIN/psql" --quiet "$db" --command="UPDATE public.notes SET note = 'y' WHERE id = 7"`;
    const spoilt = programs("spoilt", "pg_restore", script);
    const { exit, document } = await azora.json(["backup", "--out", join(azora.home, "red.tar"), "--test-restore"], {
      ...owner(),
      ...spoilt,
    });
    expect({ exit, differences: document.result.test.differences }).toEqual({
      exit: 9,
      differences: ["public.notes: 20000 rows, but not the same"],
    });
    expect(await databases(server)).toEqual(["app", "postgres"]);
  });

  it("is of one moment while others write; without the snapshot it would not be", async () => {
    const writer = new Client({ connectionString: urlOf(server.url, "app") });
    await writer.connect();
    let writing = true;
    const written = (async () => {
      while (writing) await writer.query("INSERT INTO public.notes SELECT coalesce(max(id), 0) + 1, 'new' FROM public.notes");
    })();
    const backup = (name: string, env: Record<string, string>) =>
      azora.json(["backup", "--out", join(azora.home, name), "--test-restore"], { ...owner(), ...env });
    const good = await backup("moment.tar", bin);
    const later = `for arg; do shift; case $arg in --snapshot=*) ;; *) set -- "$@" "$arg";; esac; done; exec "$BIN/pg_dump" "$@"`;
    const bad = await backup("two-moments.tar", programs("later", "pg_dump", later));
    writing = false;
    await written;
    await writer.query("DELETE FROM public.notes WHERE note = 'new'");
    await writer.end();
    expect({ exit: good.exit, test: good.document.result.test.differences }).toEqual({ exit: 0, test: [] });
    expect({ exit: bad.exit, test: bad.document.result.test.differences }).toEqual({
      exit: 9,
      test: [expect.stringMatching(/^public\.notes: \d+ rows, not \d+$/)],
    });
  });

  it("doesn't take over the logins of an installation that it knows nothing of", async () => {
    const stranger = new Azora();
    const { exit, document } = await stranger.json(["restore", file, "--into", "app_stranger", "--yes"], owner());
    await stranger.remove();
    expect({ exit, error: document.error }).toMatchObject({
      exit: 5,
      error: { hint: expect.stringContaining("--reset-passwords") },
    });
    expect(await databases(server)).not.toContain("app_stranger");
  });

  it("leaves nothing when pg_restore gives up in the middle", async () => {
    // The real program, fed half of the dump.
    const half = `#!/bin/sh\n[ "$1" = --version ] && exec '${postgres?.bin}/pg_restore' --version\nhead -c 60000 | '${postgres?.bin}/pg_restore' "$@"\n`;
    writeFileSync(join(azora.home, "pg_restore"), half, { mode: 0o755 });
    const { exit, document } = await azora.json(["restore", file, "--into", "app_half", "--yes"], {
      ...owner(),
      AZORA_PG_BIN: azora.home,
    });
    rmSync(join(azora.home, "pg_restore"));
    expect({ exit, error: document.error }).toMatchObject({
      exit: 1,
      error: { message: expect.stringContaining("pg_restore gave up") },
    });
    expect(await databases(server)).not.toContain("app_half");
  });

  /** Runs a command and kills it at some moment of its life. */
  async function killed(args: readonly string[], env: Record<string, string>, after: number): Promise<void> {
    const child = spawn(process.execPath, [RUN, ...args], {
      env: { PATH: process.env.PATH, HOME: azora.home, AZORA_DATA_DIR: azora.dataDir, ...env },
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await Promise.race([sleep(after), ended]);
    child.kill("SIGKILL");
    await ended;
  }

  it(`killed at ${KILLS} moments leaves no half file under the final name`, async () => {
    const target = join(azora.home, "killed.tar");
    const started = Date.now();
    await azora.run(["backup", "--out", join(azora.home, "timed.tar")], owner());
    const whole = Date.now() - started;
    for (let kill = 0; kill < KILLS; kill++) {
      await killed(["backup", "--out", target], owner(), (whole * (kill + 0.5)) / KILLS);
      if (!existsSync(target)) continue;
      expect(await azora.json(["restore", target, "--into", "app_dry", "--dry-run"], owner())).toMatchObject({ exit: 0 });
      rmSync(target);
    }
    expect((await azora.run(["backup", "--out", target], owner())).exit).toBe(0);
  }, 240_000);

  it(`restored and killed at ${KILLS} moments is all there or not at all, and can be finished`, async () => {
    const started = Date.now();
    await azora.run(["restore", file, "--into", "app_timed", "--yes"], owner());
    const whole = Date.now() - started;
    for (let kill = 0; kill < KILLS; kill++) {
      const name = `app_killed_${kill}`;
      await killed(["restore", file, "--into", name, "--yes"], owner(), (whole * (kill + 0.5)) / KILLS);
      // pg_restore itself notices only when it next writes or reads.
      await sleep(500);
      if (!(await databases(server)).includes(name)) continue;
      const client = new Client({ connectionString: urlOf(server.url, name) });
      await client.connect();
      const { rows } = await client.query(
        "SELECT to_regclass('public.notes') IS NOT NULL AS notes, to_regclass('tenant.users') IS NOT NULL AS users, EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal) AS triggers",
      );
      await client.end();
      const [{ notes, users, triggers }] = rows;
      expect({ users, triggers }).toEqual({ users: notes, triggers: notes });
      const next = notes ? ["init", "--yes"] : ["restore", file, "--into", name, "--baseline", baseline, "--yes"];
      const at = notes ? owner(name) : owner();
      expect({ next, exit: (await azora.run(next, at)).exit }).toEqual({ next, exit: 0 });
    }
  }, 300_000);
});

describe.skipIf(!postgres || process.env.AZORA_TEST_SERVER_URL !== undefined)("a backup by an older pg_dump", () => {
  it("is refused before anything is started, by the real program", async () => {
    const world = await World.open("server", inject("prepared"));
    const azora = new Azora();
    try {
      const { exit, document } = await azora.json(["backup", "--out", join(azora.home, "backup.tar")], {
        AZORA_OWNER_URL: urlOf(world.prepared.serverUrl, world.place),
        ...bin,
      });
      const [{ major }] = (await world.look<{ major: number }>(
        "SELECT current_setting('server_version_num')::int / 10000 AS major",
      )) as [{ major: number }];
      if ((postgres?.major ?? 0) < major) expect({ exit, code: document.error?.code }).toEqual({ exit: 5, code: "CONFLICT" });
      else expect(exit).toBe(0);
    } finally {
      await azora.remove();
      await world.close();
    }
  });
});
