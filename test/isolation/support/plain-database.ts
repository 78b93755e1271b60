import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PoolClient } from "pg";
import { inject } from "vitest";
import { openEmbedded } from "../../../src/database/embedded/engine.js";
import type { Engine } from "../../../src/database/engine.js";
import { openServer } from "../../../src/database/server.js";
import { administer, dropDatabase, urlOf } from "../../support/server-template.js";

interface Wanted {
  /** Of the database, where it is on a server. */
  readonly name: string;
  /** Roles that its statements make: they are the cluster's, and go with it. */
  readonly roles: readonly string[];
  readonly sql: string;
}

/** A database that azora was never installed in. */
export class PlainDatabase {
  private constructor(
    readonly engine: Engine,
    private readonly remove: () => Promise<void>,
  ) {}

  static async open(kind: Engine["kind"], wanted: Wanted): Promise<PlainDatabase> {
    const database = kind === "embedded" ? await embedded(wanted) : await onServer(wanted);
    const opened = new PlainDatabase(database.engine, database.remove);
    await opened.asOwner((client) => client.query(wanted.sql));
    return opened;
  }

  /** Lends the superuser's connection. */
  async asOwner<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await (await this.engine.pool("owner")).connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.remove();
  }
}

interface Opened {
  readonly engine: Engine;
  readonly remove: () => Promise<void>;
}

async function embedded({ roles }: Wanted): Promise<Opened> {
  const dataDir = await mkdtemp(join(tmpdir(), "azora-plain-"));
  return {
    engine: openEmbedded({ dataDir, controlLogin: roles[0] ?? "" }),
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}

async function onServer({ name, roles }: Wanted): Promise<Opened> {
  const { serverUrl } = inject("prepared");
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  const remove = async () => {
    await dropDatabase(serverUrl, name);
    await administer(serverUrl, ...roles.map((role) => `DROP ROLE IF EXISTS "${role.replaceAll('"', '""')}"`));
  };
  return { engine: openServer({ owner: urlOf(serverUrl, name) }), remove };
}
