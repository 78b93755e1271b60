import type { Pool } from "pg";
import type { Config } from "../../config.js";
import type { Login } from "../../database/engine.js";
import { requireCurrentSchema } from "../../database/migrate/history.js";
import { AzoraError } from "../../errors.js";
import { askBriefly } from "../ask-briefly.js";
import { lastCheck } from "./last-check.js";
import { nextCommands } from "./next-commands.js";
import type { DatabaseAnswer, LoginState, Overview, TenantCounts } from "./state.js";

/** What the database was asked, as long as it was whole. */
interface Asked {
  readonly login: LoginState;
  readonly tenants: TenantCounts | null;
}

/** The embedded database isn't waited for: it is this process that works, and on a busy machine for longer. */
const LIMIT_MS = { server: 2000, embedded: 10_000 } as const;
const UNKNOWN = { context: null, mode: null, engine: null, dataDir: null, login: null, tenants: null, lastCheck: null };

/** Says where one is and what to do next. Whatever is wrong is part of the answer. */
export async function overview(load: () => Config): Promise<Overview> {
  const state = await look(load);
  return { ...state, next: nextCommands(state) };
}

async function look(load: () => Config): Promise<Omit<Overview, "next">> {
  let config: Config;
  try {
    config = load();
  } catch (error) {
    return { ...UNKNOWN, installation: "unreadable", database: answerOf(error) };
  }
  const { context, mode, engine, dataDir, stored } = config;
  const place = { context: context?.value ?? null, mode: mode.value, engine: engine.value, dataDir: dataDir.value };
  const isSetUp = engine.value === "server" || stored !== undefined;
  if (!isSetUp) return { ...UNKNOWN, ...place, installation: "none", database: null };
  const installation = stored?.installing ? "unfinished" : "ready";
  const known = { ...place, installation, lastCheck: lastCheck(config) } as const;
  if (installation === "unfinished") return { ...UNKNOWN, ...known, database: null };
  try {
    const login = loginOf(config);
    const asked = await askBriefly(config, { login, limit: LIMIT_MS[engine.value], ask: (pool) => ask(pool, login) });
    return { ...known, database: { ok: true }, ...asked };
  } catch (error) {
    return { ...known, database: answerOf(error), login: null, tenants: null };
  }
}

function answerOf(error: unknown): DatabaseAnswer {
  if (error instanceof AzoraError) return { ok: false, code: error.code, message: error.message, hint: error.hint ?? null };
  throw error;
}

/** Who may count tenants goes first; the application's login can at least say whether somebody answers. */
function loginOf({ engine, mode, controlUrl, ownerUrl }: Config): Login {
  const isEmbedded = engine.value === "embedded";
  if (mode.value === "vendor" && (isEmbedded || controlUrl)) return "control";
  return isEmbedded || ownerUrl ? "owner" : "tenant";
}

async function ask(pool: Pool, plane: Login): Promise<Asked> {
  await requireCurrentSchema(pool);
  const login = await whoIs(pool, plane);
  return { login, tenants: plane === "tenant" ? null : await countTenants(pool) };
}

async function whoIs(pool: Pool, plane: Login): Promise<LoginState> {
  if (plane !== "control") {
    const { rows } = await pool.query<{ name: string }>("SELECT session_user::text AS name");
    return { name: rows[0]?.name ?? "", role: null, plane };
  }
  const { rows } = await pool.query<{ login: string; role: string | null }>("SELECT login, role::text FROM control.who_am_i()");
  const [{ login, role } = { login: "", role: null }] = rows;
  return { name: login, role: (role?.replace("_", "-") ?? null) as LoginState["role"], plane };
}

async function countTenants(pool: Pool): Promise<TenantCounts> {
  const { rows } = await pool.query<{ status: string; count: number }>(
    "SELECT status::text, count(*)::int AS count FROM control.accounts GROUP BY status",
  );
  const of = (status: string) => rows.find((row) => row.status === status)?.count ?? 0;
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  return { active: of("active"), suspended: of("suspended"), purgeScheduled: of("purge_scheduled"), total };
}
