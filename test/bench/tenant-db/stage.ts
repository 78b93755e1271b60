import { makePassword } from "../../../src/database/scram.js";
import { type ServerSettings, startServer } from "../../support/postgres-server.js";
import { administer } from "../../support/server-template.js";
import { DURABLE } from "../durable.js";
import type { Database, Place } from "./contenders/contender.js";
import { CONTENDERS, type ContenderName, kindOf } from "./contenders/index.js";
import { type Installed, makeDatabase } from "./databases.js";
import { type DelayedLine, delayLine } from "./latency/delayed-line.js";
import { accountOf, type Seed, seed } from "./seed.js";

export const POOL_SIZE = 10;

/** A server of its own, with databases made and filled as they are asked for. */
export class Stage {
  readonly #databases = new Map<string, Promise<Installed>>();
  readonly #password = makePassword();
  readonly #lines = new Map<number, Promise<DelayedLine>>();

  private constructor(
    readonly serverUrl: string,
    private readonly stopServer: () => Promise<void>,
  ) {}

  static async open(settings: ServerSettings = {}): Promise<Stage> {
    const server = await startServer({ ...DURABLE, ...settings });
    return new Stage(server.url, server.stop);
  }

  /** A database of a kind with these rows; the same one when asked for again. */
  database(kind: Database, rows: Seed): Promise<Installed> {
    const name = `${kind.replace("-", "_")}_${rows.tenants}`;
    let made = this.#databases.get(name);
    if (!made) {
      made = this.#make(kind, name, rows);
      this.#databases.set(name, made);
    }
    return made;
  }

  async #make(kind: Database, name: string, rows: Seed): Promise<Installed> {
    process.stderr.write(`Filling ${name} …\n`);
    const installed = await makeDatabase(this.serverUrl, { kind, name, password: this.#password });
    await seed(installed.ownerUrl, rows);
    return installed;
  }

  /** Where a contender works: its own account in its kind of database. */
  async place(contender: ContenderName, rows: Seed): Promise<Place & { readonly ownerUrl: string }> {
    const { appUrl, ownerUrl, contextKey } = await this.database(kindOf(contender).database, rows);
    const number = Object.keys(CONTENDERS).indexOf(contender) + 1;
    return { url: appUrl, ownerUrl, contextKey, poolSize: POOL_SIZE, ...(await accountOf(ownerUrl, number)) };
  }

  /** The line that adds so many ms to a round trip. */
  line(addedMs: number): Promise<DelayedLine> {
    let line = this.#lines.get(addedMs);
    if (!line) {
      line = delayLine(this.serverUrl, addedMs);
      this.#lines.set(addedMs, line);
    }
    return line;
  }

  /** What was written so far goes to disk now and not while somebody is measured. */
  async checkpoint(): Promise<void> {
    await administer(this.serverUrl, "CHECKPOINT");
  }

  async close(): Promise<void> {
    for (const line of this.#lines.values()) (await line).stop();
    await this.stopServer();
  }
}
