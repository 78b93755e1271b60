import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Catalog } from "../../src/isolation/catalog/catalog.js";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import type { Attempt } from "../../src/isolation/probe.js";
import { type LoginPools, probeConnections } from "../../src/isolation/probes/own-connection.js";
import { LIMITS } from "../../src/isolation/probes/stage/session.js";
import { AZORA, type Target } from "../../src/isolation/target.js";
import { type Installed, installOnServer } from "../attack/faults/installed.js";
import { asOwner } from "../support/probing.js";
import { describeOnBothEngines } from "../support/world.js";

/** What isn't right over the planes' own connections, each as "outcome: why". */
async function wrong(catalog: Catalog, logins: LoginPools, target: Target = AZORA): Promise<string[]> {
  const [result] = await probeConnections({ catalog, target }, logins, LIMITS);
  return (result?.attempts ?? [])
    .filter(({ outcome }: Attempt) => outcome !== "held")
    .map(({ outcome, note }) => `${outcome}: ${note}`);
}

describeOnBothEngines("a plane's own connection", (world) => {
  const runtime = () => world().engine.pool("tenant");
  const control = () => world().engine.pool("control");
  const look = async (logins: LoginPools, target?: Target) => wrong(await asOwner(world(), readCatalog), logins, target);

  it("holds as it was set up", async () => {
    expect(await look({ runtime: await runtime(), control: await control() })).toEqual([]);
  });

  it("is seen when it is the owner's", async () => {
    expect(await look({ runtime: world().owner })).toContain("broken: The runtime plane's connection string is a superuser's.");
  });

  it("is seen when it is the other plane's", async () => {
    expect(await look({ runtime: await control() })).toContain(
      "broken: The runtime plane's connection string logs in as azora_test_admin, which is none of its logins.",
    );
    expect(await look({ control: await runtime() })).toContain(
      "broken: The control plane's connection string logs in as azora_runtime, which is none of its logins.",
    );
  });

  it("is seen when it reads without a context", async () => {
    await world().owner.query("ALTER TABLE tenant.documents DISABLE ROW LEVEL SECURITY");
    const found = await look({ runtime: await runtime(), control: await control() });
    await world().owner.query("ALTER TABLE tenant.documents ENABLE ROW LEVEL SECURITY");
    expect(found).toEqual(["broken: A connection without a context reads tenant.documents."]);
  });

  it("can't be told when nobody can connect", async () => {
    const nobody = new Pool({ connectionString: "postgresql://nobody:hunter2@127.0.0.1:1/nowhere" });
    const found = await look({ runtime: nobody });
    await nobody.end();
    expect(found).toEqual(["unclear: The plane's own connection string could not be used."]);
  });

  it("is seen when a context outlives its transaction", async () => {
    const target = (isLocal: boolean): Target => ({
      ...AZORA,
      guard: false,
      context: { expressions: AZORA.context.expressions, enter: `SET ${isLocal ? "LOCAL" : "SESSION"} app.tenant = $1` },
    });
    const one = new Pool({ ...(await runtime()).options, max: 1 });
    try {
      expect(await look({ runtime: one }, target(true))).toEqual([]);
      expect(await look({ runtime: one }, target(false))).toEqual([
        "broken: A context outlives its transaction: whoever gets the connection next is in that tenant.",
      ]);
    } finally {
      await one.end();
    }
  });

  it("can't be told where no one knows which setting holds the context", async () => {
    const target: Target = { ...AZORA, guard: false, context: { ...AZORA.context, enter: "SELECT guard.leave()" } };
    const found = await look({ runtime: await runtime() }, target);
    expect(found).toEqual([expect.stringMatching(/^unclear: /)]);
  });
});

// Roles are the cluster's: on a server that is lent they are those of the tests beside this one.
describe.skipIf(process.env.AZORA_TEST_SERVER_URL)("a login that was changed", () => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await installOnServer();
    await installed.client.query("ALTER ROLE azora_runtime PASSWORD 'probe'");
  });
  afterAll(() => installed?.close());

  it.each([
    ["becomes a superuser", "ALTER ROLE azora_runtime SUPERUSER", "ALTER ROLE azora_runtime NOSUPERUSER", "is a superuser's."],
    [
      "starts as another role",
      "GRANT azora_owner TO azora_runtime; ALTER ROLE azora_runtime SET role = azora_owner",
      "REVOKE azora_owner FROM azora_runtime; ALTER ROLE azora_runtime RESET role",
      "azora_runtime starts as azora_owner.",
    ],
    [
      "starts without row security",
      "ALTER ROLE azora_runtime SET row_security = off",
      "ALTER ROLE azora_runtime RESET row_security",
      "row_security is off for this login.",
    ],
  ])("is seen when it %s", async (_, statement, mend, expected) => {
    const { client, url } = installed;
    await client.query(statement);
    const login = new URL(url);
    [login.username, login.password] = ["azora_runtime", "probe"];
    const runtime = new Pool({ connectionString: login.toString() });
    const found = await wrong(await readCatalog(client), { runtime });
    await runtime.end();
    await client.query(mend);
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^broken: .*${expected}$`)));
  });
});
