import type { Config } from "../config.js";
import { type Drift, findDrift } from "../database/migrate/drift.js";
import { compareHistory, type HistoryState } from "../database/migrate/history.js";
import { openInstallation, reachablePool } from "./open.js";

export interface DatabaseStatus extends HistoryState {
  readonly engine: "embedded" | "server";
  readonly database: string;
  /** Differences between the schema files and the live tables; null without the owner's login. */
  readonly drift: readonly Drift[] | null;
}

/** Where the database stands: what is applied, what is missing, what was changed by hand. */
export async function databaseStatus(config: Config): Promise<DatabaseStatus> {
  const installation = openInstallation(config);
  const { engine } = installation;
  const isOwner = engine.kind === "embedded" || config.ownerUrl !== undefined;
  try {
    const login = isOwner ? "owner" : config.controlUrl ? "control" : "tenant";
    const pool = isOwner ? await installation.owner() : await reachablePool(engine, login);
    const history = await compareHistory(pool);
    const isCurrent = history.pending.length === 0 && history.unknown.length === 0;
    const drift = isOwner && isCurrent ? (await findDrift(pool)).filter(({ sql }) => sql !== "") : isOwner ? [] : null;
    return { engine: engine.kind, database: engine.describe(login), ...history, drift };
  } finally {
    await installation.close();
  }
}
