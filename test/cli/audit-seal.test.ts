import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { asForger } from "../support/sealed.js";
import { type Azora, initialised } from "./azora.js";

let azora: Azora;
let kept: string;
let publicKey: string;
beforeAll(async () => {
  azora = await initialised();
  kept = join(azora.home, "checkpoints.jsonl");
  publicKey = join(azora.home, "azora.pem");
  writeFileSync(publicKey, (await azora.run(["key:show"])).stdout);
  for (const slug of ["acme", "borealis"]) {
    await azora.run(["tenant:create", slug, "--slug", slug, "--owner-email", `owner@${slug}.test`]);
  }
});
afterAll(() => azora.remove());

/** As the database's superuser, with the triggers off. */
async function forge(...statements: string[]): Promise<void> {
  const engine = openEmbedded({ dataDir: azora.dataDir, controlLogin: "azora_admin" });
  try {
    await asForger({ owner: await engine.pool("owner") }, ...statements);
  } finally {
    await engine.close();
  }
}

const lines = (text: string) => text.trim().split("\n");
const rowOf = async (slug: string) => {
  const { stdout } = await azora.run(["audit:export", "--tenant", slug, "--action", "create"]);
  return JSON.parse(lines(stdout)[3] ?? "") as { readonly id: string };
};

describe("key:show", () => {
  it("prints the public half and nothing of the private one, with the id that signatures name and a fingerprint", async () => {
    const { signingKey } = JSON.parse(readFileSync(join(azora.dataDir, "config.json"), "utf8"));
    const { document, stdout } = await azora.json(["key:show"]);
    const der = createPublicKey(createPrivateKey(signingKey.privateKey)).export({ type: "spki", format: "der" });
    const fingerprint = createHash("sha256").update(der).digest("hex");
    const own = { id: signingKey.id, publicKey: readFileSync(publicKey, "utf8"), fingerprint, until: null };
    expect(document.result).toEqual({ keys: [own], handovers: [] });
    expect(stdout).not.toContain("PRIVATE");
  });

  it("says what is missing where nothing is signed", async () => {
    const elsewhere = { AZORA_DATA_DIR: join(azora.home, "none"), AZORA_TENANT_URL: "postgresql://x@127.0.0.1:1/x" };
    expect(await azora.json(["key:show"], elsewhere)).toMatchObject({ exit: 2, document: { error: { code: "NOT_CONFIGURED" } } });
  });
});

describe("audit:seal", () => {
  it("seals every log, keeps the checkpoints in a file of one's own, and has nothing to do the second time", async () => {
    const dry = await azora.json(["audit:seal", "--out", kept, "--dry-run"]);
    expect(dry.document.result).toMatchObject({ dryRun: true, logs: 3 });
    const first = await azora.json(["audit:seal", "--out", kept]);
    expect(first.exit, first.stderr).toBe(0);
    expect(first.document.result.checkpoints.map((each: { slug: string | null }) => each.slug)).toEqual([
      "acme",
      "borealis",
      null,
    ]);
    expect(lines(readFileSync(kept, "utf8"))).toHaveLength(3);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    const second = await azora.run(["audit:seal", "--out", kept]);
    expect(second).toMatchObject({ exit: 0, stderr: expect.stringContaining("nothing new to seal") });
    expect(lines(readFileSync(kept, "utf8"))).toHaveLength(3);
  });

  it("adds to the file what a crash left out of it, and prints JSON lines on stdout", async () => {
    await azora.run(["audit:export", "--tenant", "acme"]);
    const printed = await azora.run(["audit:seal", "--tenant", "acme", "--out", "-"]);
    expect(printed.exit, printed.stderr).toBe(0);
    const [checkpoint] = lines(printed.stdout);
    expect(JSON.parse(checkpoint ?? "")).toMatchObject({ payload: expect.stringContaining("audit-checkpoint") });
    expect(readFileSync(kept, "utf8")).not.toContain(checkpoint);
    await azora.run(["audit:seal", "--tenant", "acme", "--out", kept]);
    expect(readFileSync(kept, "utf8")).toContain(checkpoint);
    expect(await azora.json(["audit:seal", "--out", "-"])).toMatchObject({ exit: 2, document: { error: { code: "USAGE" } } });
  });
});

describe("audit:verify", () => {
  it("finds nothing in logs that nobody touched, against the database and against what was kept", async () => {
    for (const more of [["--checkpoints", kept, "--public-key", publicKey], ["--control-plane"], ["--tenant", "acme"]]) {
      const { exit, document, stderr } = await azora.json(["audit:verify", ...more]);
      expect(exit, stderr).toBe(0);
      for (const log of document.result.logs) expect(log).toMatchObject({ problems: [], untold: 0 });
    }
    await azora.run(["tenant:suspend", "borealis", "--reason", "x", "--yes"]);
    const { document, exit } = await azora.json(["audit:verify"]);
    expect({ exit, skipped: document.result.skipped }).toEqual({ exit: 0, skipped: ["borealis"] });
    await azora.run(["tenant:resume", "borealis"]);
  });

  it("checks an export offline with the public key alone", async () => {
    const file = join(azora.home, "acme.jsonl");
    const offline = { AZORA_DATA_DIR: join(azora.home, "nowhere") };
    await azora.run(["audit:seal", "--out", kept]);
    const { document } = await azora.json(["audit:export", "--tenant", "acme", "--checkpoints", "--output", file]);
    const text = readFileSync(file, "utf8");
    expect(lines(text).filter((line) => line.startsWith('{"payload"')).length + document.result.entries).toBe(lines(text).length);
    const check = async (content: string, ...more: string[]) => {
      writeFileSync(file, content);
      return azora.json(["audit:verify", "--file", file, "--public-key", publicKey, ...more], offline);
    };
    expect((await check(text)).exit).toBe(0);
    expect((await check(text, "--checkpoints", kept)).exit).toBe(0);
    const changed = await check(text.replace('"subject" : "roles"', '"subject" : "rules"'));
    expect(changed).toMatchObject({ exit: 9, document: { error: { code: "VIOLATIONS" } } });
    const row = lines(text).findIndex((line) => line.includes('"subject" : "roles"'));
    const without = lines(text).filter((_, at) => at !== row);
    expect((await check(`${without.join("\n")}\n`)).exit).toBe(9);
    const swapped = lines(text);
    [swapped[row], swapped[row + 1]] = [swapped[row + 1] ?? "", swapped[row] ?? ""];
    expect((await check(`${swapped.join("\n")}\n`)).exit).toBe(9);
    const noHead = lines(text).filter((line) => !line.startsWith('{"payload"'));
    expect(await check(`${noHead.join("\n")}\n`)).toMatchObject({ exit: 2, document: { error: { code: "INVALID_INPUT" } } });
    expect((await check(`${noHead.join("\n")}\n`, "--checkpoints", kept)).exit).toBe(0);
    expect((await azora.json(["audit:verify", "--file", file], offline)).document.error?.code).toBe("NOT_CONFIGURED");
    expect((await azora.json(["audit:verify", "--file", join(azora.home, "none"), "--public-key", publicKey])).exit).toBe(2);
  });

  it("proves a row to whoever has the public key", async () => {
    const { id } = await rowOf("acme");
    const file = join(azora.home, "proof.json");
    const { exit, stdout, stderr } = await azora.run(["audit:verify", "--tenant", "acme", "--row", id]);
    expect(exit, stderr).toBe(0);
    writeFileSync(file, stdout);
    const check = () =>
      azora.json(["audit:verify", "--proof", file, "--public-key", publicKey], { AZORA_DATA_DIR: join(azora.home, "nowhere") });
    expect((await check()).exit).toBe(0);
    writeFileSync(file, stdout.replace('\\"operation\\" : \\"create\\"', '\\"operation\\" : \\"update\\"'));
    expect(readFileSync(file, "utf8")).not.toBe(stdout);
    expect((await check()).exit).toBe(9);
    expect((await azora.json(["audit:verify", "--row", id])).document.error?.code).toBe("USAGE");
    const never = await azora.json([
      "audit:verify",
      "--tenant",
      "acme",
      "--row",
      id.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
    ]);
    expect(never.document.error?.code).toBe("NOT_FOUND");
  });

  it("says which row a superuser changed, and ends with 9", async () => {
    const { id } = await rowOf("borealis");
    await forge(`UPDATE tenant.audit_log SET actor = 'nobody' WHERE id = '${id}'`);
    const { exit, document } = await azora.json(["audit:verify"]);
    expect(exit).toBe(9);
    const [borealis] = document.result.logs.filter((each: { slug: string }) => each.slug === "borealis");
    expect(borealis.problems).toEqual([{ checkpoint: 1, row: id, what: expect.stringContaining("changed") }]);
    expect((await azora.run(["audit:verify"])).stdout).toContain(id);
    expect((await azora.run(["audit:verify", "--tenant", "acme"])).exit).toBe(0);
  });

  it("finds a log that was put back, and the seal doesn't sign what comes after it", async () => {
    await forge(
      "DELETE FROM tenant.audit_checkpoints c WHERE sequence = (SELECT max(sequence) FROM tenant.audit_checkpoints m WHERE m.account_id = c.account_id)",
    );
    const verified = await azora.json(["audit:verify", "--tenant", "acme", "--checkpoints", kept]);
    expect(verified.exit).toBe(9);
    expect(JSON.stringify(verified.document.result.logs)).toContain("kept elsewhere");
    const before = readFileSync(kept, "utf8");
    const sealed = await azora.json(["audit:seal", "--tenant", "acme", "--out", kept]);
    expect(sealed).toMatchObject({ exit: 9, document: { error: { code: "VIOLATIONS" } } });
    expect(readFileSync(kept, "utf8")).toBe(before);
  });

  it("holds kept checkpoints of a purged tenant against the receipt", async () => {
    await azora.run(["tenant:create", "gone", "--slug", "gone", "--owner-email", "owner@gone.test"]);
    const file = join(azora.home, "gone.jsonl");
    await azora.run(["audit:seal", "--tenant", "gone", "--out", file]);
    await azora.run(["tenant:purge", "gone", "--now", "--confirm", "gone", "--reason", "left"]);
    const check = async () => JSON.stringify((await azora.json(["audit:verify", "--checkpoints", file])).document.result.logs);
    expect(await check()).not.toContain("the whole log is gone");
    await forge("ALTER TABLE control.purge_receipts DISABLE TRIGGER USER", "DELETE FROM control.purge_receipts");
    expect(await check()).toContain("the whole log is gone");
  });

  it("says what is wrong with its files", async () => {
    const file = join(azora.home, "bad.jsonl");
    appendFileSync(file, "{}\n");
    expect(await azora.json(["audit:verify", "--checkpoints", file])).toMatchObject({
      exit: 2,
      document: { error: { code: "INVALID_INPUT" } },
    });
    expect(await azora.json(["audit:verify", "--file", file, "--public-key", publicKey])).toMatchObject({ exit: 2 });
    expect(await azora.json(["audit:verify", "--proof", file, "--public-key", publicKey])).toMatchObject({ exit: 2 });
  });
});
