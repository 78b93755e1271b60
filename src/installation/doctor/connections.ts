import type { Engine, Login } from "../../database/engine.js";
import { AzoraError } from "../../errors.js";
import { reachablePool } from "../open.js";
import { NEWEST_SERVER, OLDEST_SERVER, serverVersion } from "../server-version.js";
import { type Check, failed, ok, skipped, warning } from "./check.js";

/** What is known of a login before it is tried. */
interface Expected {
  readonly isConfigured: boolean;
  /** False in a self-hosted installation, which has no operators. */
  readonly isVendors: boolean;
}

/** Whether a login gets in. */
export async function checkLogin(engine: Engine, login: Login, { isConfigured, isVendors }: Expected): Promise<Check> {
  const name = `${login} login`;
  if (!isConfigured) return skipped(name, whyUnset(login, isVendors));
  try {
    const pool = await reachablePool(engine, login);
    const { rows } = await pool.query<{ login: string }>("SELECT session_user AS login");
    return ok(name, `${rows[0]?.login} at ${engine.describe(login)}`);
  } catch (error) {
    if (error instanceof AzoraError) return failed(name, error.message, error.hint ?? "See `azora config`.");
    throw error;
  }
}

function whyUnset(login: Login, isVendors: boolean): string {
  if (login === "owner")
    return `not set; only init, db:* and isolation:* need it${isVendors ? "" : ", and whoever makes tenants"}`;
  return login === "control" && !isVendors ? "self-hosted: there are no operators, their part is the owner's" : "not set";
}

/** The server's version. */
export async function checkVersion(engine: Engine, login: Login): Promise<Check> {
  const version = await serverVersion(await engine.pool(login));
  const found = `PostgreSQL ${version}${engine.kind === "embedded" ? " (embedded)" : ""}`;
  if (version < OLDEST_SERVER) return failed("server", found, `Use PostgreSQL ${OLDEST_SERVER} to ${NEWEST_SERVER}.`);
  if (version > NEWEST_SERVER)
    return warning("server", `${found}, newer than any that azora was tested on`, "Look for a newer azora.");
  return ok("server", found);
}

const TOLERATED_S = 5;
const TOO_MUCH_S = 30;

/** The two clocks: a context lives for a minute, so they must agree to less. */
export async function checkClock(engine: Engine, login: Login): Promise<Check> {
  const pool = await engine.pool(login);
  const before = Date.now();
  const { rows } = await pool.query<{ now: number }>("SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now");
  const here = (before + Date.now()) / 2;
  const seconds = Math.abs((rows[0]?.now ?? 0) - here) / 1000;
  const found = `${seconds.toFixed(1)} s apart`;
  if (seconds > TOO_MUCH_S)
    return failed("clock", found, "Set both machines' clocks by NTP: contexts will be refused as expired.");
  if (seconds > TOLERATED_S) return warning("clock", found, "Set both machines' clocks by NTP.");
  return ok("clock", found);
}
