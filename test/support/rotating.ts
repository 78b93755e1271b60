import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConfigFile, loadConfig } from "../../src/config.js";
import { rotateContextKey } from "../../src/installation/keys/rotate-context-key.js";
import { rotateSigningKey } from "../../src/installation/keys/rotate-signing-key.js";
import { type KeyRotation, type RotationGround, type RotationInput, whileLocked } from "../../src/installation/keys/rotation.js";
import type { ContextKey } from "../../src/tenant-plane/context.js";
import { openTenantDb } from "../../src/tenant-plane/tenant-db.js";
import type { TestTenant, World } from "./world.js";

/** The file that a world's installation would have, in a directory of its own. */
export class KeyFile {
  readonly directory = mkdtempSync(join(tmpdir(), "azora-keys-"));
  readonly path = join(this.directory, "config.json");

  constructor(readonly world: World) {
    const { contextKey, signingKey } = world.prepared;
    const content = { version: 1, engine: world.kind, contextKey, signingKey };
    writeFileSync(this.path, JSON.stringify(content), { mode: 0o600 });
    world.onClose.push(async () => rmSync(this.directory, { recursive: true }));
  }

  get content(): ConfigFile {
    return JSON.parse(readFileSync(this.path, "utf8")) as ConfigFile;
  }

  get mode(): number {
    return statSync(this.path).mode & 0o777;
  }

  /** What a process signs with that is started now. */
  get contextKey(): ContextKey {
    const { id, secret } = this.content.contextKey;
    return { id, secret: Buffer.from(secret, "base64") };
  }

  rotate(kind: "context" | "signing", input: Partial<RotationInput> = {}): Promise<KeyRotation> {
    return this.locked((ground) => {
      const whole = { endsAfter: null, compromised: false, dryRun: false, ...input };
      return kind === "context" ? rotateContextKey(ground, whole) : rotateSigningKey(ground, whole);
    });
  }

  /** Works as `key:rotate` does: by the settings as they are now, on a connection of the owner's. */
  async locked<T>(work: (ground: RotationGround) => Promise<T>): Promise<T> {
    const client = await this.world.owner.connect();
    try {
      const config = { ...loadConfig({ AZORA_DATA_DIR: this.directory }), command: "key:rotate" };
      return await whileLocked(client, () => work({ config, client }));
    } finally {
      client.release();
    }
  }
}

/** An application that serves a tenant's requests, one after the other, until it is stopped. */
export class Application {
  served = 0;
  readonly refused: unknown[] = [];
  #stopped = false;
  readonly #loop: Promise<void>;

  constructor(
    readonly world: World,
    readonly key: ContextKey,
    tenant: TestTenant,
  ) {
    this.#loop = this.#serve(tenant);
  }

  /** Waits until more requests have been answered, the ones under way among them. */
  async serves(requests = 3): Promise<void> {
    const until = this.served + this.refused.length + requests;
    while (this.served + this.refused.length < until) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }

  /** A client for each request, as an application makes them, so that each signs anew. */
  async #serve(tenant: TestTenant): Promise<void> {
    while (!this.#stopped) {
      // A request comes from outside: the embedded engine alone would never let anything else have its turn.
      await new Promise(setImmediate);
      try {
        const db = openTenantDb({ engine: this.world.engine, contextKey: this.key }, { accountId: tenant.id, actor: "app" });
        await db.$transaction(async (tx) => {
          const { id } = await tx.document.create({ data: { number: `R-${Math.random()}`, title: "request" } });
          await tx.document.delete({ where: { id } });
        });
        this.served++;
      } catch (error) {
        this.refused.push(error);
      }
    }
  }
}
