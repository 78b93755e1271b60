import { randomBytes } from "node:crypto";
import { type ContextKey, signContext } from "../../src/tenant-plane/context.js";
import { withToken } from "../support/bare-connection.js";
import { type Attack, runAttacks } from "./run-attacks.js";
import { outcome, type Scene, succeeds } from "./scene.js";

const SIGNATURE = "a signature that is never wrong";
const TITLES = "SELECT title FROM tenant.documents";
const now = () => Date.now() / 1000;

/** Reads with a token that B came by or made up, on the tenant plane's own login. */
function token(name: string, make: (scene: Scene) => string | Promise<string>, breakage: Attack["breakage"] = SIGNATURE): Attack {
  return {
    name,
    breakage,
    run: async (scene) => scene.read(withToken(scene.world, await make(scene), TITLES)),
  };
}

function tokenOf({ world, victim }: Scene, key: ContextKey, expiresAt: number): string {
  return signContext(key ?? world.contextKey, { accountId: victim.accountId, actor: "alice" }, expiresAt);
}

/** B's own valid token with A's account in it. */
function forged({ world, own, victim }: Scene): string {
  return signContext(world.contextKey, { accountId: own.accountId, actor: "mallory" }, now() + 60).replace(
    own.accountId,
    victim.accountId,
  );
}

runAttacks("contexts", [
  token("none at all", () => "", "a policy that opens without a context"),
  token("B's own, with A's account written in", forged),
  token("signed with another secret", (scene) => tokenOf(scene, { id: "test", secret: randomBytes(32) }, now() + 60)),
  token("of a key that doesn't exist", (scene) =>
    tokenOf(scene, { id: "nobody", secret: scene.world.contextKey.secret }, now() + 60),
  ),
  token("signed with an empty secret", (scene) => tokenOf(scene, { id: "test", secret: Buffer.alloc(0) }, now() + 60)),
  token("without a signature", ({ victim }) => `${"0".repeat(64)}.test.${Math.floor(now() + 60)}.${victim.accountId}.alice`),
  token("that never expires, unsigned", ({ victim }) => `${"f".repeat(64)}.test.Infinity.${victim.accountId}.alice`),
  token(
    "A's own, a second after its end",
    (scene) => tokenOf(scene, scene.world.contextKey, now() - 1),
    "an expiry that never comes",
  ),
  token("A's own, from last year", (scene) => tokenOf(scene, scene.world.contextKey, now() - 31e6), "an expiry that never comes"),
  token(
    "signed with a key that was retired",
    async (scene) => {
      const id = `old-${randomBytes(4).toString("hex")}`;
      await scene.world.owner.query(
        "INSERT INTO guard.context_keys SELECT $1, inner_pad, outer_pad, created_at, now() FROM guard.context_keys WHERE id = 'test'",
        [id],
      );
      return tokenOf(scene, { id, secret: scene.world.contextKey.secret }, now() + 60);
    },
    "a retired key that still signs",
  ),
  {
    name: "a bit flipped anywhere in A's own",
    breakage: SIGNATURE,
    run: async (scene) => {
      const good = tokenOf(scene, scene.world.contextKey, now() + 60);
      for (let at = 0; at < good.length; at++) {
        const flipped = good.slice(0, at) + String.fromCharCode(good.charCodeAt(at) ^ (1 << (at % 6))) + good.slice(at + 1);
        if (await scene.read(withToken(scene.world, flipped, TITLES))) return true;
      }
      return false;
    },
  },
  {
    name: "forged in raw SQL, in the statement that uses it",
    breakage: SIGNATURE,
    run: (scene) =>
      scene.read(
        scene.b.$queryRawUnsafe(
          `SELECT guard.set_context($1)::text, query_to_xml('${TITLES}', true, true, '')::text AS xml`,
          forged(scene),
        ),
      ),
  },
  {
    name: "forged in raw SQL, for the transaction",
    breakage: SIGNATURE,
    run: (scene) =>
      scene.read(
        scene.b.$transaction(async (tx) => {
          await tx.$executeRawUnsafe(`SET LOCAL azora.context = '${forged(scene)}'`);
          return tx.$queryRawUnsafe(TITLES);
        }),
      ),
  },
  {
    name: "a write under a forged one",
    breakage: SIGNATURE,
    run: async (scene) => {
      await outcome(withToken(scene.world, forged(scene), "UPDATE tenant.documents SET title = 'taken'"));
      return false;
    },
  },
  {
    name: "of an account that was suspended since: its reads go on",
    breakage: "a suspension that nobody asks for",
    run: async (scene) => {
      const { a, world, victim } = scene;
      await world.owner.query("SELECT control.suspend_account($1, 'test', false)", [victim.accountId]);
      const seen = [await scene.read(a.$queryRawUnsafe(TITLES)), await scene.read(a.document.findMany?.() as Promise<unknown>)];
      await world.owner.query("SELECT control.resume_account($1)", [victim.accountId]);
      return seen.includes(true);
    },
  },
  ...["UPDATE tenant.documents SET title = 'written'", WITHOUT_CONTEXT()].map(
    (sql, at): Attack => ({
      name: `of an account that may only read: its writes go on${at === 0 ? "" : ", the context dropped on the way"}`,
      breakage: at === 0 ? "a read-only suspension that lets write" : "writes without a context",
      run: async ({ b, world, own }) => {
        await world.owner.query("SELECT control.suspend_account($1, 'test', true)", [own.accountId]);
        const done = await succeeds(b.$queryRawUnsafe(sql));
        await world.owner.query("SELECT control.resume_account($1)", [own.accountId]);
        return done;
      },
    }),
  ),
]);

/** A statement whose triggers find no context any more, though it began with one. */
function WITHOUT_CONTEXT(): string {
  return `WITH written AS (UPDATE tenant.documents SET title = 'written' RETURNING id)
    SELECT guard.set_context('')::text, id::text FROM written`;
}
