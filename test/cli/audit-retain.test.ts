import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { parseSigningKey, publicKeyOf } from "../../src/signing.js";
import { age } from "../support/retained.js";
import { asForger } from "../support/sealed.js";
import { type Azora, initialised } from "./azora.js";

let azora: Azora;
let publicKey: string;
const ids = new Map<string, string>();

beforeAll(async () => {
  azora = await initialised();
  publicKey = join(azora.home, "azora.pem");
  writeFileSync(publicKey, publicKeyOf(signingKey()));
  for (const slug of ["acme", "borealis"]) {
    const { document } = await azora.json(["tenant:create", slug, "--slug", slug, "--owner-email", `owner@${slug}.test`]);
    ids.set(slug, document.result.tenant.id);
  }
  await azora.run(["audit:seal"]);
  await asOwner(async (world) => {
    for (const id of ids.values()) await age(world, { id }, { key: signingKey() });
    await age(world, null, { key: signingKey() });
  });
});
afterAll(() => azora.remove());

function signingKey() {
  const { signingKey: key } = JSON.parse(readFileSync(join(azora.dataDir, "config.json"), "utf8"));
  return parseSigningKey(key.id, key.privateKey);
}

async function asOwner(
  work: (world: { readonly owner: Awaited<ReturnType<ReturnType<typeof openEmbedded>["pool"]>> }) => Promise<void>,
) {
  const engine = openEmbedded({ dataDir: azora.dataDir, controlLogin: "azora_admin" });
  try {
    await work({ owner: await engine.pool("owner") });
  } finally {
    await engine.close();
  }
}

const OLD = ["audit:retain", "--older-than", "400d"];
const exported = (name: string, ...more: string[]) =>
  azora.json(["audit:export", "--tenant", "acme", "--output", join(azora.home, name), ...more]);

describe("audit:retain", () => {
  it("asks which logs, once more, before anything is touched", async () => {
    expect(await azora.json(OLD)).toMatchObject({ exit: 6, document: { error: { code: "NEEDS_CONFIRMATION" } } });
    expect((await azora.run(OLD)).stderr).toContain("--confirm all");
    expect(await azora.json([...OLD, "--tenant", "acme", "--confirm", "all"])).toMatchObject({ exit: 6 });
    expect(await azora.json(["audit:retain", "--confirm", "all"])).toMatchObject({ exit: 2 });
    expect(await azora.json(["audit:retain", "--older-than", "400", "--confirm", "all"])).toMatchObject({ exit: 2 });
    expect(await azora.json(["audit:retain", "--older-than", "29d", "--confirm", "all"])).toMatchObject({
      exit: 2,
      document: { error: { code: "INVALID_INPUT", message: expect.stringContaining("30 days") } },
    });
  });

  it("removes nothing that no whole export took out: filtered, in another format, or never", async () => {
    const refused = {
      exit: 5,
      document: { error: { code: "ILLEGAL_STEP", hint: expect.stringContaining("audit:export --tenant acme") } },
    };
    const one = [...OLD, "--tenant", "acme", "--confirm", "acme"];
    expect(await azora.json(one)).toMatchObject(refused);
    expect((await exported("filtered.jsonl", "--action", "create")).document.result).toMatchObject({ counts: false });
    expect((await exported("table.csv", "--format", "csv")).document.result).toMatchObject({ counts: false });
    expect(await azora.json(one)).toMatchObject(refused);
    // One that never came to its end: the file is there already.
    expect((await exported("table.csv")).document.error?.code).toBe("ALREADY_EXISTS");
    expect(await azora.json(one)).toMatchObject(refused);
    const all = await azora.json([...OLD, "--confirm", "all"]);
    expect(all.exit, all.stderr).toBe(0);
    expect(all.document.result).toMatchObject({ logs: 3, retentions: [] });
    expect(all.document.result.kept.map((each: { slug: string | null; code: string }) => [each.slug, each.code])).toEqual([
      ["acme", "ILLEGAL_STEP"],
      ["borealis", "ILLEGAL_STEP"],
      [null, "ILLEGAL_STEP"],
    ]);
  });

  it("removes what was exported; the log, exports from before and exports from now all hold", async () => {
    const before = await exported("before.jsonl", "--checkpoints");
    expect(before.document.result).toMatchObject({ counts: true });
    const dry = await azora.json([...OLD, "--tenant", "acme", "--dry-run"]);
    expect(dry.exit, dry.stderr).toBe(0);
    const [would] = dry.document.result.retentions;
    expect(would).toMatchObject({ slug: "acme", firstCheckpoint: 1, export: { sha256: before.document.result.sha256 } });
    expect((await azora.run(["audit:export", "--tenant", "acme"])).stdout).toContain(would.log);

    const done = await azora.run([...OLD, "--tenant", "acme", "--confirm", "acme"]);
    expect(done.exit, done.stderr).toBe(0);
    expect(done.stderr).toContain(`${would.rows} rows are gone`);
    expect(done.stdout).toContain("acme");
    const verified = await azora.json(["audit:verify", "--tenant", "acme"]);
    expect(verified.exit, verified.stderr).toBe(0);
    expect(verified.document.result.logs).toMatchObject([{ problems: [], removed: would.rows }]);

    await azora.run(["audit:seal"]);
    const after = await exported("after.jsonl", "--checkpoints");
    expect(after.document.result.entries).toBeLessThan(before.document.result.entries + would.rows);
    const offline = { AZORA_DATA_DIR: join(azora.home, "nowhere") };
    for (const name of ["before.jsonl", "after.jsonl"]) {
      const args = ["audit:verify", "--file", join(azora.home, name), "--public-key", publicKey];
      const checked = await azora.json(args, offline);
      expect(checked.exit, `${name}: ${checked.stdout}`).toBe(0);
    }
    // Without the record in its head the same file is a log whose beginning was cut off.
    const file = join(azora.home, "after.jsonl");
    const lines = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, lines.filter((line) => !line.includes("audit-retention")).join("\n"));
    expect(lines.filter((line) => line.includes("audit-retention"))).toHaveLength(1);
    expect((await azora.json(["audit:verify", "--file", file, "--public-key", publicKey], offline)).exit).toBe(9);

    const again = await azora.run([...OLD, "--tenant", "acme", "--confirm", "acme"]);
    expect(again).toMatchObject({ exit: 0, stderr: expect.stringContaining("nothing was changed") });
  });

  it("goes on where an export went on, and takes the vendor's log as well", async () => {
    const { cursor } = (await exported("whole.jsonl")).document.result;
    expect((await exported("next.jsonl", "--after", cursor)).document.result).toMatchObject({ counts: true });
    expect((await exported("other.jsonl", "--after", "3:3:")).document.result).toMatchObject({ counts: false });
    await azora.run(["audit:export", "--control-plane", "--output", join(azora.home, "vendor.jsonl")]);
    const done = await azora.json([...OLD, "--control-plane", "--confirm", "control-plane"]);
    expect(done.exit, done.stderr).toBe(0);
    expect(done.document.result.retentions).toMatchObject([{ slug: null, log: "control-plane" }]);
    const verified = await azora.json(["audit:verify"]);
    expect(verified.exit, verified.stdout).toBe(0);
  });

  it("takes its record along to another installation", async () => {
    const archive = join(azora.home, "acme.tar");
    const out = await azora.run(["tenant:export", "acme", "--out", archive]);
    expect(out.exit, out.stderr).toBe(0);
    await azora.run(["tenant:purge", "acme", "--now", "--confirm", "acme", "--reason", "moved"]);
    const back = await azora.run(["tenant:import", archive, "--public-key", publicKey]);
    expect(back.exit, back.stderr).toBe(0);
    const verified = await azora.json(["audit:verify", "--tenant", "acme"]);
    expect(verified.exit, verified.stdout).toBe(0);
    expect(verified.document.result.logs[0].removed).toBeGreaterThan(0);
  });

  it("ends with 9 where a log isn't as it was sealed, and leaves it as it is", async () => {
    await azora.run(["audit:export", "--tenant", "borealis", "--output", join(azora.home, "borealis.jsonl")]);
    await asOwner((world) =>
      asForger(world, `DELETE FROM tenant.audit_log WHERE account_id = '${ids.get("borealis")}' AND subject = 'roles'`),
    );
    const all = await azora.json([...OLD, "--confirm", "all"]);
    expect(all).toMatchObject({ exit: 9, document: { error: { code: "VIOLATIONS" } } });
    expect(all.document.result.kept).toMatchObject([{ slug: "borealis", code: "CONFLICT" }]);
  });
});
