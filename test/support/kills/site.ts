import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { openEmbedded } from "../../../src/database/embedded/engine.js";
import type { Engine } from "../../../src/database/engine.js";
import { initialised } from "../../cli/azora.js";
import { urlsOf } from "../server-template.js";
import { type EngineKind, World } from "../world.js";

/** An installation that commands are killed on: how they reach it, and how it is looked at afterwards. */
export interface Site {
  readonly env: NodeJS.ProcessEnv;
  /** Writes a file for a command. @returns its path */
  write(name: string, content: string): string;
  /** Past every policy, when nothing of a killed command is under way any more. */
  look<Row extends object>(sql: string): Promise<Row[]>;
  /** Lets go of what looking holds: before a command wants it. */
  free(): Promise<void>;
  close(): Promise<void>;
}

export async function openSite(kind: EngineKind): Promise<Site> {
  const directory = mkdtempSync(join(tmpdir(), "azora-kills-"));
  const write = (name: string, content: string) => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const site = kind === "server" ? await onServer(directory) : await embedded();
  return {
    ...site,
    write,
    close: async () => {
      await site.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function onServer(home: string): Promise<Omit<Site, "write">> {
  const world = await World.open("server");
  const { serverUrl, password } = world.prepared;
  const busy = () =>
    world.look(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'azora control' AND state <> 'idle' AND datname = current_database()",
    );
  return {
    env: { PATH: process.env.PATH, HOME: home, AZORA_CONTROL_URL: urlsOf(serverUrl, world.place, password).control },
    async look<Row extends object>(sql: string) {
      // A server needs a moment to notice that its client is gone.
      await expect.poll(busy, { timeout: 30_000 }).toEqual([]);
      return world.look<Row>(sql);
    },
    free: async () => undefined,
    close: () => world.close(),
  };
}

async function embedded(): Promise<Omit<Site, "write">> {
  const azora = await initialised();
  const { home, dataDir } = azora;
  let opened: Engine | undefined;
  const free = async () => {
    await opened?.close();
    opened = undefined;
  };
  return {
    env: { PATH: process.env.PATH, HOME: home, AZORA_DATA_DIR: dataDir },
    async look<Row extends object>(sql: string) {
      opened ??= openEmbedded({ dataDir, controlLogin: "azora_admin" });
      return (await (await opened.pool("owner")).query<Row>(sql)).rows;
    },
    free,
    close: async () => {
      await free();
      await azora.remove();
    },
  };
}
