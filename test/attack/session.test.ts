import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { signContext } from "../../src/tenant-plane/context.js";
import { onTenantLogin } from "../support/bare-connection.js";
import { type Attack, runAttacks } from "./run-attacks.js";
import { outcome, type Scene } from "./scene.js";

const UNWIPED = "connections that are shared unwiped";
const TITLES = "SELECT title FROM tenant.documents";

/** Leaves the pool one connection: whatever A does on it, B is next. */
async function narrow({ world }: Scene): Promise<void> {
  const pool = (await world.engine.pool("tenant")) as Pool & { options: { max: number } };
  pool.options.max = 1;
  while (pool.totalCount > 1) (await pool.connect()).release(true);
}

/** A leaves something on the connection; B looks for it. */
function leftover(name: string, leave: (scene: Scene, mark: string) => string, look: (mark: string) => string): Attack {
  return {
    name,
    breakage: UNWIPED,
    run: async (scene) => {
      await narrow(scene);
      const mark = `m${randomBytes(6).toString("hex")}`;
      await outcome(scene.a.$executeRawUnsafe(leave(scene, mark)));
      const answer = await outcome(scene.b.$queryRawUnsafe(look(mark)));
      return scene.saw(answer) || (Array.isArray(answer) && JSON.stringify(answer).includes(mark));
    },
  };
}

runAttacks("what A leaves on a connection that B gets next", [
  leftover(
    "a cursor WITH HOLD",
    (_, mark) => `DECLARE ${mark} CURSOR WITH HOLD FOR ${TITLES}`,
    (mark) => `FETCH ALL FROM ${mark}`,
  ),
  leftover(
    "a prepared statement with a value in it",
    ({ victim }, mark) => `PREPARE ${mark} AS SELECT '${victim.marker} text' AS secret`,
    (mark) => `EXECUTE ${mark}`,
  ),
  leftover(
    "the names of prepared statements",
    (_, mark) => `PREPARE ${mark} AS SELECT 1`,
    () => "SELECT name FROM pg_prepared_statements",
  ),
  leftover(
    "a setting",
    ({ victim }) => `SET app.note = '${victim.marker} text'`,
    () => "SELECT current_setting('app.note', true) AS note",
  ),
  leftover(
    "a channel that it listens on",
    (_, mark) => `LISTEN ${mark}`,
    () => "SELECT pg_listening_channels() AS channel",
  ),
  {
    name: "its context, for the next statement that has none",
    breakage: UNWIPED,
    run: async (scene) => {
      await narrow(scene);
      const token = signContext(
        scene.world.contextKey,
        { accountId: scene.victim.accountId, actor: "alice" },
        Date.now() / 1000 + 60,
      );
      await outcome(scene.a.$executeRawUnsafe(`SET azora.context = '${token}'`));
      return scene.read(onTenantLogin(scene.world, async (client) => (await client.query(TITLES)).rows));
    },
  },
]);

runAttacks("COPY on the tenant plane's login", [
  {
    name: "COPY TO STDOUT under B's context",
    breakage: "policies that are true",
    run: (scene) =>
      scene.read(
        onTenantLogin(scene.world, async (client) => {
          const seen: string[] = [];
          const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
          connection.on("copyData", ({ chunk }: { chunk: Buffer }) => seen.push(chunk.toString("utf8")));
          const token = signContext(
            scene.world.contextKey,
            { accountId: scene.own.accountId, actor: "mallory" },
            Date.now() / 1000 + 60,
          );
          await client.query(scene.world.engine.setContext, [token]);
          await client.query("COPY tenant.documents TO STDOUT");
          if (seen.length === 0) throw new Error("COPY gave no row at all, not even B's own");
          return seen;
        }),
      ),
  },
]);
