import { DEFAULT_OPERATOR, loadConfig } from "../../config.js";
import { initialise } from "../../installation/initialise.js";
import { type Installation, openInstallation } from "../../installation/open.js";
import type { QuickstartEvent } from "../events.js";
import { type Sql, Stage } from "../stage.js";
import { tenantTables } from "../tables.js";

export interface SetUp {
  readonly installation: Installation;
  readonly stage: Stage;
  readonly version: string;
}

/** Makes an installation in a directory and opens it with its three logins. */
export async function setUp(directory: string, report: (event: QuickstartEvent) => void): Promise<SetUp> {
  report({
    kind: "chapter",
    number: 1,
    title: "A database with a guard in it",
    why: "Isolation is kept by PostgreSQL itself: keys, row security, signed contexts, rights. The program on top can't forget it.",
  });
  report({ kind: "working", what: "Starting PostgreSQL inside this process; a new database takes some seconds" });
  const settings = { AZORA_DATA_DIR: directory };
  const started = Date.now();
  const { steps } = await initialise(loadConfig(settings), {
    engine: "embedded",
    operator: DEFAULT_OPERATOR,
    resetPasswords: false,
  });
  const installation = openInstallation(loadConfig(settings));
  try {
    const owner = await installation.owner();
    const version = await versionOf(owner);
    const stage = new Stage(await installation.tenant(), await installation.control(), owner, report);
    const tables = await tenantTables(owner);
    report({
      kind: "done",
      what: `PostgreSQL ${version}, embedded, ready after ${((Date.now() - started) / 1000).toFixed(1)} s`,
    });
    report({ kind: "table", head: ["set up", "what"], rows: steps.map(({ name, detail }) => [name, detail]) });
    report({ kind: "done", what: `${tables.length} tenant tables, each protected by guard.protect()` });
    return { installation, stage, version };
  } catch (error) {
    await installation.close();
    throw error;
  }
}

async function versionOf(owner: Sql): Promise<string> {
  const { rows } = await owner.query<{ version: string }>("SELECT current_setting('server_version') AS version");
  return rows[0]?.version ?? "";
}
