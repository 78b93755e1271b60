import pg from "pg";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { openServer } from "../../src/database/server.js";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import { runProbes } from "../../src/isolation/probes/run-probes.js";
import { runSelfTest } from "../../src/isolation/self-test/run-self-test.js";
import { AZORA } from "../../src/isolation/target.js";

/** Probes a database and kills itself before the statement that holds a text: SIGKILL leaves no time for a rollback. */
const order = JSON.parse(process.env.AZORA_TEST_PROBE ?? "") as {
  readonly kind: "server" | "embedded";
  readonly place: string;
  readonly ownerUrl: string;
  readonly selfTest: boolean;
  readonly statement: string;
};

type AnyQuery = (this: pg.Client, config: unknown, ...rest: unknown[]) => unknown;
const prototype = pg.Client.prototype as unknown as { query: AnyQuery };
const { query } = prototype;
prototype.query = function watched(config, ...rest) {
  const text = typeof config === "string" ? config : ((config as { text?: string }).text ?? "");
  if (text.includes(order.statement)) process.kill(process.pid, "SIGKILL");
  return query.call(this, config, ...rest);
};

const engine =
  order.kind === "embedded"
    ? openEmbedded({ dataDir: order.place, controlLogin: "postgres" })
    : openServer({ owner: order.ownerUrl });
const client = await (await engine.pool("owner")).connect();
const catalog = await readCatalog(client);
process.stdout.write("ready\n");
await (order.selfTest ? runSelfTest : runProbes)({ client, catalog, target: AZORA });
process.stdout.write("done\n");
client.release();
await engine.close();
