import { randomBytes } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, inject } from "vitest";
import { type ControlConnection, openControlPlane } from "../../src/control-plane/connection.js";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import type { Engine } from "../../src/database/engine.js";
import type { OperatorRole } from "../../src/database/logins.js";
import { openServer } from "../../src/database/server.js";
import { parseSigningKey } from "../../src/signing.js";
import type { ContextKey } from "../../src/tenant-plane/context.js";
import type { TenantClient } from "../../src/tenant-plane/tenant-client.js";
import { openTenantDb } from "../../src/tenant-plane/tenant-db.js";
import type { Prepared } from "./global-setup.js";
import { OPERATORS, TENANTS } from "./prepare.js";
import { copyAnew, dropDatabase, urlsOf } from "./server-template.js";

export type EngineKind = Engine["kind"];

/** A tenant as a test knows it. */
export interface TestTenant {
  readonly id: string;
  readonly slug: string;
  readonly marker: string;
}

/**
 * An installation of one test file's own, with two tenants of one linked set of records
 * each. It is a copy of a template, so tests may break it as they like.
 */
export class World {
  /** Changes when another operator takes over: see `as()`. */
  engine!: Engine;
  control!: ControlConnection;
  /** The superuser's pool. */
  owner!: Pool;
  a!: TestTenant;
  b!: TestTenant;
  readonly contextKey: ContextKey;
  /** What a test wants undone when the world ends, after its database is gone. */
  readonly onClose: (() => Promise<void>)[] = [];

  private constructor(
    readonly kind: EngineKind,
    readonly prepared: Prepared,
    /** A database's name, or the data directory. */
    readonly place: string,
  ) {
    const { id, secret } = prepared.contextKey;
    this.contextKey = { id, secret: Buffer.from(secret, "base64") };
  }

  static async open(kind: EngineKind, prepared: Prepared = inject("prepared")): Promise<World> {
    const place = kind === "server" ? await newDatabase(prepared) : await newDirectory(prepared);
    const world = new World(kind, prepared, place);
    await world.as("vendor-admin");
    world.a = await world.#tenant("a");
    world.b = await world.#tenant("b");
    return world;
  }

  /** Hands the control plane to another operator. Clients opened before are closed. */
  async as(role: OperatorRole): Promise<ControlConnection> {
    return this.use(() => this.openEngine(OPERATORS[role]));
  }

  /** Works through another engine from here on. */
  async use(open: () => Engine): Promise<ControlConnection> {
    await this.#closeEngine();
    this.engine = open();
    this.owner = await this.engine.pool("owner");
    const { id, privateKey } = this.prepared.signingKey;
    this.control = await openControlPlane(this.engine, parseSigningKey(id, privateKey));
    return this.control;
  }

  /** Lets go of the database, so that another process can have the directory; `as()` takes it again. */
  async pause(): Promise<void> {
    await this.#closeEngine();
  }

  /** Another engine on the same database. The embedded one has to be closed first: it is locked. */
  openEngine(controlLogin: string = OPERATORS["vendor-admin"]): Engine {
    const { serverUrl, password } = this.prepared;
    if (this.kind === "embedded") return openEmbedded({ dataDir: this.place, controlLogin });
    return openServer(urlsOf(serverUrl, this.place, password, controlLogin));
  }

  /** A client for one tenant and one actor. When it has rows, their line is in the log, where tests look for it. */
  db(tenant: TestTenant, actor = "tester"): TenantClient {
    return openTenantDb(this, { accountId: tenant.id, actor }, { readAudit: "sync" });
  }

  /** Rows of a statement run by the superuser, past every policy. */
  async look<Row extends object = Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return (await this.owner.query<Row>(sql, values)).rows;
  }

  /** Makes another tenant. */
  async newTenant(slug: string = `t-${randomBytes(4).toString("hex")}`): Promise<TestTenant> {
    const [made] = await this.control.client.$queryRaw<{ account_id: string }[]>`
      SELECT account_id FROM control.create_account(${slug}, ${slug}, ${`owner@${slug}.test`}, 'free', false)`;
    return { id: made?.account_id ?? "", slug, marker: slug.toUpperCase() };
  }

  async close(): Promise<void> {
    await this.#closeEngine();
    if (this.kind === "server") await dropDatabase(this.prepared.serverUrl, this.place);
    else await rm(this.place, { recursive: true, force: true });
    for (const undo of this.onClose) await undo();
  }

  async #closeEngine(): Promise<void> {
    await this.control?.client.$disconnect();
    await this.engine?.close();
  }

  async #tenant(which: "a" | "b"): Promise<TestTenant> {
    const { slug, marker } = TENANTS[which];
    const [row] = await this.look<{ id: string }>("SELECT id FROM control.accounts WHERE slug = $1", slug);
    return { id: row?.id ?? "", slug, marker };
  }
}

async function newDatabase({ serverUrl, templates }: Prepared): Promise<string> {
  return copyAnew(serverUrl, templates.settled);
}

async function newDirectory({ embeddedTemplate }: Prepared): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "azora-world-"));
  await cp(embeddedTemplate, directory, { recursive: true });
  return directory;
}

/** One suite, once on each engine, each time in a world of its own. */
export function describeOnBothEngines(name: string, suite: (world: () => World, kind: EngineKind) => void): void {
  for (const kind of ["server", "embedded"] as const) {
    describe(`${name} (${kind})`, () => {
      let world: World;
      beforeAll(async () => {
        world = await World.open(kind);
      });
      afterAll(() => world?.close());
      suite(() => world, kind);
    });
  }
}
