import { signContext } from "../../../src/tenant-plane/context.js";
import { type EngineKind, type TestTenant, World } from "../../support/world.js";
import type { Client } from "./doors.js";
import { accountOf } from "./program.js";
import { shareFew } from "./sessions.js";

/**
 * A world of its own for random programs. Its accounts come and go with each run under the
 * same ids, so that the answers of two runs can be held side by side.
 */
export class Arena {
  /** What a program's placeholders stand for. */
  readonly names: ReadonlyMap<string, string>;

  private constructor(readonly world: World) {
    const { contextKey } = world;
    const stranger = { id: contextKey.id, secret: Buffer.alloc(32, 7) };
    const now = Date.now() / 1000;
    this.names = new Map(
      [0, 1, 2].flatMap((tenant) => {
        const thief = { accountId: accountOf(tenant), actor: "thief" };
        return [
          [`<expired token ${tenant}>`, signContext(contextKey, thief, now - 5)],
          [`<foreign token ${tenant}>`, signContext(stranger, thief, now + 86_400)],
        ] as const;
      }),
    );
  }

  /** @param prepare what is done to the world first, such as breaking it */
  static async open(kind: EngineKind, prepare?: (world: World) => Promise<void>): Promise<Arena> {
    const world = await World.open(kind);
    try {
      // Whoever is in the template would be company to those who play alone.
      await world.look("DELETE FROM control.accounts");
      await prepare?.(world);
      if (kind === "server") await shareFew(world);
      return new Arena(world);
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** A client of its own for whoever asks, as an application makes one for each request. */
  client(tenant: number, actor: string): Client {
    return this.world.db({ id: accountOf(tenant) } as TestTenant, actor) as unknown as Client;
  }

  /** Lets tenants in: empty accounts. */
  async admit(tenants: readonly number[]): Promise<void> {
    await this.world.look(
      "INSERT INTO control.accounts (id, slug, name, contact_email) SELECT id, 'player-' || left(id::text, 1), 'Player', 'x@x.test' FROM unnest($1::uuid[]) id",
      tenants.map(accountOf),
    );
  }

  /** Removes every tenant, with all it has. */
  async clear(): Promise<void> {
    await this.world.look("DELETE FROM control.accounts");
  }

  async close(): Promise<void> {
    await this.world.close();
  }
}
