import { createHash } from "node:crypto";
import { escapeLiteral } from "pg";
import { beforeAll, expect, it } from "vitest";
import type { Checkpoint } from "../../src/seal/checkpoint.js";
import type { Retention } from "../../src/seal/retention.js";
import type { LogVerdict } from "../../src/seal/verify-log.js";
import { makeSigningKey, parseSigningKey, type SigningKey, signText } from "../../src/signing.js";
import { tryForgery } from "../support/forger.js";
import { age, retain, sealAll, takeWhole } from "../support/retained.js";
import { plant } from "../support/sample.js";
import { checkpointsOf, keysOf, verify } from "../support/sealed.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

const RANGES = 4;

/** A log of four ranges, of which the first three went by two retentions. */
describeOnBothEngines("a retained log in the hands of a superuser", (world) => {
  let tenant: TestTenant;
  let other: TestTenant;
  let kept: readonly Checkpoint[];
  let made: readonly Retention[];
  /** The rows that went, as JSON. */
  let gone: readonly string[];
  const key = () => world().control.signingKey as SigningKey;

  async function prepare(): Promise<{ readonly tenant: TestTenant; readonly made: Retention[] }> {
    const fresh = await world().newTenant();
    const retentions: Retention[] = [];
    for (const ranges of [2, 1]) {
      for (let range = 0; range < ranges; range++) {
        await plant(world(), fresh.id, `R${retentions.length}${range}`);
        await sealAll(world(), fresh);
      }
      await age(world(), fresh, { key: key(), behind: retentions.at(-1)?.lastCheckpoint ?? 0 });
      await takeWhole(world(), fresh);
      if (fresh !== tenant && gone === undefined) gone = await rowsAsJson(fresh);
      retentions.push(...(await retain(world(), fresh)));
    }
    await plant(world(), fresh.id, "YOUNG");
    await sealAll(world(), fresh);
    return { tenant: fresh, made: retentions };
  }

  async function rowsAsJson({ id }: TestTenant): Promise<string[]> {
    const rows = await world().look<{ row: string }>(
      "SELECT to_json(l)::text AS row FROM tenant.audit_log l WHERE account_id = $1 ORDER BY id",
      id,
    );
    return rows.map(({ row }) => row);
  }

  beforeAll(async () => {
    ({ tenant, made } = await prepare());
    ({ tenant: other } = await prepare());
    kept = await checkpointsOf(world(), tenant);
    expect(kept).toHaveLength(RANGES);
    expect(made.map(({ lastCheckpoint }) => lastCheckpoint)).toEqual([2, 3]);
  });

  async function forged(...statements: string[]): Promise<LogVerdict> {
    const client = await world().owner.connect();
    try {
      return await tryForgery(client, { account: tenant.id, statements }, { keys: keysOf(world()), kept });
    } finally {
      client.release();
    }
  }

  const own = () => `account_id = '${tenant.id}'`;
  const told = ({ problems }: LogVerdict) => problems.map(({ what }) => what).join("\n");

  /** Another record in the place of one, signed by `by`. */
  function inPlaceOf(sequence: number, said: object, by: SigningKey = key()): string {
    const payload = JSON.stringify({ ...JSON.parse(made[sequence - 1]?.payload ?? "{}"), ...said });
    const hash = createHash("sha256").update(payload, "utf8").digest("hex");
    return `UPDATE tenant.audit_retentions SET payload = ${escapeLiteral(payload)}, hash = '${hash}',
      signature = '${signText(payload, by)}' WHERE ${own()} AND sequence = ${sequence}`;
  }

  const restRows = () => `DELETE FROM tenant.audit_log WHERE ${own()} AND id <= '${kept[RANGES - 1]?.lastId}'`;

  it("holds as it is, with the checkpoints of then and over the tenant's own connection", async () => {
    expect(await forged()).toMatchObject({ problems: [], untold: 0, removed: made[1]?.total });
    expect(await verify(world(), tenant, kept)).toMatchObject({ problems: [], untold: 0 });
    expect(await verify(world(), other)).toMatchObject({ problems: [], untold: 0 });
  });

  it("shows that a row of what is left is gone: no record says so", async () => {
    const verdict = await forged(
      `DELETE FROM tenant.audit_log WHERE ${own()} AND id = (SELECT id FROM tenant.audit_log WHERE ${own()} ORDER BY id OFFSET 1 LIMIT 1)`,
    );
    expect(verdict.problems).toMatchObject([{ checkpoint: RANGES, what: expect.stringContaining("was deleted") }]);
  });

  it("shows a range that went without a record", async () => {
    expect(told(await forged(restRows()))).toContain("was deleted");
  });

  it.each([
    ["the last record", "= 2", 3],
    ["the first record", "= 1", 1],
    ["every record", "> 0", 1],
  ])("shows that %s was removed, while the rows are gone", async (_, which, checkpoint) => {
    const { problems } = await forged(`DELETE FROM tenant.audit_retentions WHERE ${own()} AND sequence ${which}`);
    expect(problems).toContainEqual({ checkpoint, row: null, what: expect.stringContaining("was deleted") });
  });

  it("shows a record that was altered, or made with another key", async () => {
    const altered = await forged(
      `UPDATE tenant.audit_retentions SET payload = replace(payload, '"operator": "', '"operator": "not_') WHERE ${own()} AND sequence = 2`,
    );
    expect(told(altered)).toContain("retention 2: its hash is not that of its text");
    expect(told(altered)).toContain("retention 2: its signature is not that of a known key");
    const stranger = parseSigningKey(key().id, makeSigningKey());
    const longer = { lastCheckpoint: RANGES, checkpointHash: kept[RANGES - 1]?.hash, total: kept[RANGES - 1]?.total };
    expect(told(await forged(restRows(), inPlaceOf(2, longer, stranger)))).toContain("its signature is not that of a known key");
  });

  it("believes no record, even a signed one, of what wasn't sealed, was younger, or doesn't follow", async () => {
    const unsealed = "what it says is gone isn't what checkpoint";
    const never = await forged(restRows(), inPlaceOf(2, { lastCheckpoint: RANGES + 1 }));
    expect(told(never)).toContain(`${unsealed} ${RANGES + 1} sealed`);
    expect(told(never)).toContain("was deleted");
    expect(told(await forged(inPlaceOf(2, { checkpointHash: kept[0]?.hash })))).toContain(`${unsealed} 3 sealed`);
    expect(told(await forged(inPlaceOf(2, { sealedBefore: "2001-01-01T00:00:00.000000Z" })))).toContain(`${unsealed} 3 sealed`);
    expect(told(await forged(inPlaceOf(2, { previousHash: null })))).toContain(
      "retention 2: it doesn't follow the one before it",
    );
    expect(told(await forged(inPlaceOf(2, { log: other.id })))).toContain(`it is one of another log: ${other.id}`);
    expect(told(await forged(inPlaceOf(2, { kind: "audit-checkpoint" })))).toContain("it is none that this azora knows");
  });

  it("believes no record of another tenant", async () => {
    const verdict = await forged(
      `UPDATE tenant.audit_retentions r SET payload = o.payload, hash = o.hash, signature = o.signature
       FROM tenant.audit_retentions o WHERE r.${own()} AND o.account_id = '${other.id}' AND r.sequence = o.sequence`,
    );
    expect(told(verdict)).toContain("it is one of another log");
  });

  it("shows rows that were put back, all of them or one, and one that was made up", async () => {
    const back = (row: string) =>
      `INSERT INTO tenant.audit_log SELECT * FROM json_populate_record(NULL::tenant.audit_log, ${escapeLiteral(row)})`;
    const what = expect.stringContaining("a signed retention removed");
    const one = gone[5] ?? "";
    const { id } = JSON.parse(one) as { readonly id: string };
    expect((await forged(back(one))).problems).toEqual([{ checkpoint: 1, row: id, what }]);
    const all = await forged(...gone.map(back));
    expect(all.problems.filter(({ what: said }) => said.includes("a signed retention removed"))).toHaveLength(gone.length);
    const invented = JSON.stringify({ ...JSON.parse(one), actor: "somebody else" });
    expect((await forged(back(invented))).problems.map(({ row }) => row)).toContain(id);
  });

  it("shows that a checkpoint of what went is gone, or another one", async () => {
    expect((await forged(`DELETE FROM tenant.audit_checkpoints WHERE ${own()} AND sequence = 3`)).problems).not.toEqual([]);
    const swapped = await forged(`UPDATE tenant.audit_checkpoints SET signature = 'AA==' WHERE ${own()} AND sequence = 2`);
    expect(swapped.problems.map(({ checkpoint }) => checkpoint)).toContain(2);
  });
});
