import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signContext } from "../../src/tenant-plane/context.js";
import { onTenantLogin } from "../support/bare-connection.js";
import { holder } from "../support/people.js";
import { World } from "../support/world.js";

describe("an answer that tells a row is there", () => {
  /** The same question about a title that B has and one that nobody has. @returns both answers */
  async function answers(world: World): Promise<readonly string[]> {
    const { actor } = await holder(world, world.a, "batches:read");
    const token = signContext(world.contextKey, { accountId: world.a.id, actor }, Date.now() / 1000 + 60);
    const ask = (title: string) =>
      onTenantLogin(world, async (client) => {
        await client.query(world.engine.setContext, [token]);
        await client.query("SET LOCAL enable_seqscan = off");
        return `${(await client.query("SELECT FROM tenant.documents WHERE title = $1", [title])).rowCount} rows`;
      }).catch(({ code }: { code?: string }) => `${code}`);
    return [await ask(`${world.b.marker} text`), await ask("a title that nobody has")];
  }

  let world: World;
  beforeAll(async () => {
    world = await World.open("server");
    // An index as many applications have them. Of those that begin with the account only the key stays, so that it is used.
    await world.owner.query(`
      CREATE INDEX ON tenant.documents (title);
      DROP INDEX tenant.documents_account_id_number_key, tenant.documents_account_id_owner_id_idx`);
  });
  afterAll(() => world?.close());

  it("isn't given: what may not be read is held back in silence", async () => {
    expect(await answers(world)).toEqual(["0 rows", "0 rows"]);
  });

  it("would be, about another tenant's too, if the policy raised an error: so it doesn't", async () => {
    await world.owner.query("ALTER POLICY permission_read ON tenant.documents USING ((SELECT guard.permits('documents:read')))");
    expect(await answers(world)).toEqual(["AZ020", "0 rows"]);
  });
});
