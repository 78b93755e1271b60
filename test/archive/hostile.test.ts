import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSigningKey, parseSigningKey, publicKeyOf } from "../../src/signing.js";
import { randomOf } from "../support/kills/random.js";
import { describeOnBothEngines, World } from "../support/world.js";
import { HARMS } from "./harms.js";
import { addOddSchema, plantOddRows } from "./odd-schema.js";
import { type Export, exportTo, forge, importFrom, rowsOf, scratch, signingKey } from "./support.js";

const SEED = Number(process.env.AZORA_TEST_SEED ?? 20261123);
const ROUNDS = Number(process.env.AZORA_TEST_FUZZ ?? 300);

describeOnBothEngines("an archive that somebody signed who means harm", (world) => {
  let folder: Awaited<ReturnType<typeof scratch>>;
  let archive: Export;
  let before: unknown;
  beforeAll(async () => {
    folder = await scratch();
    await addOddSchema(world());
    await plantOddRows(world(), world().a.id);
    await plantOddRows(world(), world().b.id);
    archive = await exportTo(world(), world().a, folder.at("alpha.tar"));
    await world().look("DELETE FROM control.accounts WHERE id = $1", world().a.id);
    before = await everything(world());
  });
  afterAll(() => folder?.remove());

  it.each(HARMS)("with $what: changes nothing, and says so", async ({ what, spoil, message, code = "INVALID_INPUT" }) => {
    const file = await forge(archive.file, folder.at("forged.tar"), signingKey(world()), spoil);
    await expect(importFrom(world(), file), what).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await everything(world())).toEqual(before);
  });

  it("would be seen to change something: unspoilt it comes in", async () => {
    const file = await forge(archive.file, folder.at("forged.tar"), signingKey(world()), () => undefined);
    await importFrom(world(), file, { asId: "7b1f6a0e-5d0c-4b1e-9a57-1f2d3c4b5a69", slug: "copy" });
    expect(await everything(world())).not.toEqual(before);
  });
});

/** What must not change: every account and every tenant row of the database. */
async function everything(world: World): Promise<unknown> {
  const accounts = await world.look<{ id: string }>("SELECT id, slug, status FROM control.accounts ORDER BY id");
  const rows = await Promise.all(accounts.map(({ id }) => rowsOf(world, id)));
  return { accounts, rows, open: await world.look("SELECT * FROM guard.purges") };
}

describe("an archive that was changed", () => {
  let [world, folder]: [World, Awaited<ReturnType<typeof scratch>>] = [] as never;
  let archive: Export;
  beforeAll(async () => {
    [world, folder] = [await World.open("server"), await scratch()];
    archive = await exportTo(world, world.a, folder.at("alpha.tar"));
    await world.look("DELETE FROM control.accounts WHERE id = $1", world.a.id);
  });
  afterAll(async () => {
    await world?.close();
    await folder?.remove();
  });

  it("is refused without the right key, and taken with the one that is given", async () => {
    const stranger = parseSigningKey("stranger", makeSigningKey());
    const file = await forge(archive.file, folder.at("other.tar"), stranger, () => undefined);
    await expect(importFrom(world, file)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringContaining("Nobody known has signed"),
      hint: expect.stringContaining("--public-key"),
    });
    await expect(importFrom(world, archive.file, { publicKeys: [publicKeyOf(stranger)] })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    expect(await importFrom(world, file, { publicKeys: [publicKeyOf(stranger)], dryRun: true })).toMatchObject({
      imported: true,
    });
    await world.look("DELETE FROM control.settings WHERE key LIKE 'signing_key.%'");
    await expect(importFrom(world, archive.file)).rejects.toMatchObject({ code: "NOT_CONFIGURED" });
  });

  it(`in a byte, a block or its length is refused, ${ROUNDS} times (seed ${SEED})`, async () => {
    const random = randomOf(SEED);
    const whole = readFileSync(archive.file);
    const key = [publicKeyOf(signingKey(world))];
    const file = folder.at("changed.tar");
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = Buffer.from(whole);
      const at = Math.floor(random() * bytes.length);
      const kind = Math.floor(random() * 4);
      if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      else if (kind === 1) bytes.copy(bytes, at, Math.floor(random() * bytes.length), Math.floor(random() * bytes.length));
      else if (kind === 2) bytes.fill(0, at, at + 512);
      writeFileSync(file, bytes);
      if (kind === 3) truncateSync(file, at);
      // Some changes are none, and what stands between two files or in the README is no part of what is signed.
      const { exit, error } = await importFrom(world, file, { publicKeys: key, dryRun: true }).then(
        (result) => ({ exit: result.rows, error: null }),
        (failed) => ({ exit: null, error: failed as { code?: string; message: string } }),
      );
      const where = `seed ${SEED}, round ${round}, kind ${kind}, byte ${at}`;
      if (error === null) expect(exit, where).toBe(archive.rows);
      else expect(error, where).toMatchObject({ name: "AzoraError", code: expect.stringMatching(/INVALID_INPUT/) });
      expect(await world.look("SELECT FROM control.accounts WHERE id = $1", world.a.id), where).toEqual([]);
    }
  }, 300_000);
});
