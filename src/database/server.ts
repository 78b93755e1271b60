import { Pool } from "pg";
import { AzoraError } from "../errors.js";
import type { Engine, Login } from "./engine.js";

export type ServerUrls = Readonly<Partial<Record<Login, string>>>;

const VARIABLE: Record<Login, string> = {
  owner: "AZORA_OWNER_URL",
  control: "AZORA_CONTROL_URL",
  tenant: "AZORA_TENANT_URL",
};

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A PostgreSQL server, 15 to 18, by one connection string a login.
 * @param connectTimeoutMs milliseconds after which a server that says nothing counts as unreachable
 */
export function openServer(urls: ServerUrls, connectTimeoutMs = CONNECT_TIMEOUT_MS): Engine {
  const pools = new Map<Login, Pool>();
  return {
    kind: "server",
    setContext: "SELECT pg_catalog.set_config('azora.context', $1, true)",
    // As Prisma's own connection strings say it: PgBouncer lends another session for each transaction.
    preparedStatements: !/[?&]pgbouncer=true\b/.test(urls.tenant ?? ""),
    describe: (login) => hidePassword(urls[login] ?? `(${VARIABLE[login]} is not set)`),
    async pool(login) {
      const known = pools.get(login);
      if (known) return known;
      const connectionString = urls[login];
      if (!connectionString) {
        throw new AzoraError("NOT_CONFIGURED", `${VARIABLE[login]} is not set: this needs the ${login} login.`, {
          hint: `Set ${VARIABLE[login]} (or ${VARIABLE[login]}_FILE), or run \`azora init\`.`,
        });
      }
      const pool = new Pool({
        connectionString,
        application_name: `azora ${login}`,
        connectionTimeoutMillis: connectTimeoutMs,
        allowExitOnIdle: true,
      });
      // A connection that dies while idle is replaced by the pool; the next statement reports what is wrong.
      pool.on("error", () => undefined);
      // One may die between the pool's hands and the caller's: unheard, that event would end the process.
      pool.on("connect", (client) => client.on("error", () => undefined));
      pools.set(login, pool);
      return pool;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
      pools.clear();
    },
  };
}

/** A connection string as it may be shown: the password, wherever it stands, is replaced. */
export function hidePassword(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password) parsed.password = "***";
    if (parsed.searchParams.has("password")) parsed.searchParams.set("password", "***");
    return parsed.toString();
  } catch {
    return "(not a URL)";
  }
}
