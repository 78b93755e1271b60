import { applyGuard } from "../../../src/installation/guard/apply.js";
import { openTenantDb } from "../../../src/tenant-plane/tenant-db.js";
import type { World } from "../world.js";
import { type GeneratedClient, generateClient } from "./client.js";
import { load, type Sample } from "./samples.js";

/** A sample under guard, and its application's client for each account. */
export class GuardedSample<Client> {
  private constructor(
    readonly world: World,
    readonly sample: Sample,
    private readonly generated: GeneratedClient,
    /** Ids of its accounts, in the order of the rows in its accounts table. */
    readonly accounts: readonly [string, string, string],
  ) {}

  static async open<Client>(world: World, sample: Sample): Promise<GuardedSample<Client>> {
    await load(world, sample);
    await applyGuard(world.owner, sample.input, { dryRun: false });
    const rows = await world.look<{ id: string }>(sample.accountIds);
    const accounts = rows.map(({ id }) => id) as [string, string, string];
    return new GuardedSample<Client>(world, sample, await generateClient(sample, "after"), accounts);
  }

  /** The application's client, in one account. */
  within(accountId: string): Client {
    const { accountField } = this.sample;
    const { PrismaClient: client } = this.generated;
    return openTenantDb(
      this.world,
      { accountId, actor: "clerk" },
      { client, accountField, readAudit: "sync" },
    ) as unknown as Client;
  }

  close(): Promise<void> {
    return this.generated.remove();
  }
}
