import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainAdapter } from "../../src/database/wire/prisma-adapter.js";
import { type GeneratedClient, generateClient } from "../support/samples/client.js";
import * as crm from "../support/samples/crm/application.js";
import { GuardedSample } from "../support/samples/guarded.js";
import { CRM, load, type Sample, WEBSHOP } from "../support/samples/samples.js";
import * as webshop from "../support/samples/webshop/application.js";
import { describeOnBothEngines, type EngineKind, World } from "../support/world.js";

/** Two databases with the same rows: one as its owner had it, one under guard. */
class Twins<Client> {
  private constructor(
    readonly plain: World,
    readonly guarded: GuardedSample<Client>,
    private readonly generated: GeneratedClient,
    /** Sees everything, as the application does today. */
    readonly everything: Client,
  ) {}

  static async open<Client>(kind: EngineKind, world: World, sample: Sample): Promise<Twins<Client>> {
    const plain = await World.open(kind);
    await load(plain, sample);
    const generated = await generateClient(sample, "before");
    const everything = new generated.PrismaClient({ adapter: plainAdapter(plain.owner) }) as unknown as Client;
    return new Twins(plain, await GuardedSample.open<Client>(world, sample), generated, everything);
  }

  async close(): Promise<void> {
    await this.generated.remove();
    await this.guarded.close();
    await this.plain.close();
  }
}

/** As JSON, without the account: it is what the two differ in on purpose. */
function comparable(answer: unknown): unknown {
  const account = ["accountId", "organizationId"];
  return JSON.parse(
    JSON.stringify(answer, (key, value) =>
      account.includes(key) ? undefined : typeof value === "bigint" ? String(value) : value,
    ),
  );
}

describeOnBothEngines("an application under guard", (world, kind) => {
  describe("with numbers for ids", () => {
    let twins: Twins<webshop.Client>;
    beforeAll(async () => {
      twins = await Twins.open<webshop.Client>(kind, world(), WEBSHOP);
    });
    afterAll(() => twins?.close());

    it.each(Object.entries(webshop.QUERIES))("gets the answer it got before: %s", async (_, query) => {
      for (const shopId of [1, 2]) {
        const before = await query(twins.everything, webshop.byHand(shopId), shopId);
        const within = twins.guarded.within(twins.guarded.accounts[shopId - 1] as string);
        expect(comparable(await query(within, webshop.byGuard, shopId))).toEqual(comparable(before));
        expect(before).not.toEqual([]);
      }
    });

    it("would get another without the guard: the filters were what kept the shops apart", async () => {
      const unfiltered = await twins.everything.customer.count();
      expect(unfiltered).toBeGreaterThan((await twins.everything.customer.count({ where: { shopId: 1 } })) as number);
    });
  });

  describe("with uuids for ids", () => {
    let twins: Twins<crm.Client>;
    beforeAll(async () => {
      twins = await Twins.open<crm.Client>(kind, world(), CRM);
    });
    afterAll(() => twins?.close());

    it.each(Object.entries(crm.QUERIES))("gets the answer it got before: %s", async (_, query) => {
      for (const organizationId of twins.guarded.accounts.slice(0, 2)) {
        const before = await query(twins.everything, crm.byHand(organizationId), { organizationId });
        expect(comparable(await query(twins.guarded.within(organizationId), crm.byGuard, {}))).toEqual(comparable(before));
        expect(before).not.toEqual([]);
      }
    });
  });
});
