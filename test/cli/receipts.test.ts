import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSigningKey, publicKeyOf } from "../../src/signing.js";
import { AzoraOnServer, Azora as Installation } from "./azora.js";

describe("receipts", { timeout: 180_000 }, () => {
  let azora: AzoraOnServer;
  /** Somebody else's machine: no installation, no database, the public key alone. */
  const elsewhere = new Installation();
  const file = (name: string) => join(azora.home, name);
  const verify = (name: string, ...flags: string[]) =>
    elsewhere.json(["receipt:verify", file(name), "--public-key", file("azora.pem"), ...flags]);

  beforeAll(async () => {
    azora = await AzoraOnServer.open();
    mkdirSync(elsewhere.dataDir, { recursive: true });
    const { signingKey } = JSON.parse(readFileSync(join(azora.dataDir, "config.json"), "utf8"));
    writeFileSync(file("azora.pem"), publicKeyOf(parseSigningKey(signingKey.id, signingKey.privateKey)));
    for (const slug of ["one", "two", "three"]) {
      await azora.run(["tenant:create", slug, "--slug", slug, "--owner-email", `o@${slug}.test`]);
      expect((await azora.run(["tenant:purge", slug, "--now", "--confirm", slug, "--reason", "left"])).exit).toBe(0);
    }
  }, 120_000);
  afterAll(() => Promise.all([azora?.remove(), elsewhere.remove()]));

  it("are listed, the newest first, and shown by number, slug or id", async () => {
    const { document } = await azora.json(["receipt:list", "--limit", "2"]);
    expect(document.result).toMatchObject({ total: 3, next: 2, receipts: [{ slug: "three", complete: true }, { slug: "two" }] });
    const [{ accountId }] = document.result.receipts;
    for (const which of ["3", "three", accountId]) {
      expect((await azora.json(["receipt:show", which])).document.result).toMatchObject({ sequence: 3, slug: "three" });
    }
    const shown = await azora.run(["receipt:show", "3"]);
    expect(shown.stdout).toMatch(/State\tcomplete\n[\s\S]*Outside\tstripe: not configured\n[\s\S]*tenant\.users\t1\n/);
    expect(await azora.json(["receipt:show", "99"])).toMatchObject({ exit: 3, document: { error: { code: "NOT_FOUND" } } });
    expect((await azora.run(["receipt:list", "--before", "x"])).exit).toBe(2);
  });

  it("are verified elsewhere with the public key alone, and one altered figure is found", async () => {
    expect((await azora.run(["receipt:show", "2", "--output", file("two.json")])).exit).toBe(0);
    expect(statSync(file("two.json")).mode & 0o777).toBe(0o600);
    expect(await verify("two.json")).toMatchObject({
      exit: 0,
      document: { result: { problems: [], receipts: 1, whole: false } },
    });
    const text = readFileSync(file("two.json"), "utf8");
    const altered = text.replace(/(\\"total\\": )(\d+)/, "$19$2");
    expect(altered).not.toBe(text);
    writeFileSync(file("altered.json"), altered);
    const found = await verify("altered.json");
    expect(found).toMatchObject({ exit: 9, document: { ok: false, error: { code: "VIOLATIONS" } } });
    // Printed as JSON it is as good.
    writeFileSync(file("printed.json"), (await azora.run(["receipt:show", "2", "--json"])).stdout);
    expect((await verify("printed.json")).exit).toBe(0);
    expect((await azora.run(["receipt:verify", file("two.json")])).exit).toBe(0);
  });

  it("are exported as a chain whose end can't be cut off unseen", async () => {
    expect(await azora.json(["receipt:list", "--output", file("chain.json")])).toMatchObject({
      exit: 0,
      document: { result: { links: 3 } },
    });
    expect(await verify("chain.json")).toMatchObject({
      exit: 0,
      document: { result: { receipts: 3, first: 1, last: 3, whole: true } },
    });
    const chain = JSON.parse(readFileSync(file("chain.json"), "utf8"));
    writeFileSync(file("short.json"), JSON.stringify({ ...chain, links: chain.links.slice(0, 2) }));
    const short = await elsewhere.run(["receipt:verify", file("short.json"), "--public-key", file("azora.pem")]);
    expect(short).toMatchObject({ exit: 9, stderr: expect.stringContaining("not as they were signed") });
    expect(await azora.json(["receipt:verify", "--chain"])).toMatchObject({
      exit: 0,
      document: { result: { problems: [], receipts: 3 } },
    });
    expect((await azora.run(["receipt:verify", file("chain.json"), "--chain"])).exit).toBe(0);
    expect(await azora.json(["receipt:list", "--output", file("chain.json")])).toMatchObject({ exit: 5 });
  });

  it("need a key, a file and JSON to be verified", async () => {
    expect((await elsewhere.json(["receipt:verify", file("chain.json")])).document.error).toMatchObject({
      code: "NOT_CONFIGURED",
    });
    expect((await elsewhere.json(["receipt:verify"])).document.error).toMatchObject({ code: "USAGE" });
    writeFileSync(file("no.json"), "{}");
    for (const name of ["no.json", "azora.pem", "nothing.json"]) {
      expect((await verify(name)).document.error, name).toMatchObject({ code: "INVALID_INPUT", exit: 2 });
    }
  });

  it("become certificates for people", async () => {
    expect((await azora.run(["receipt:show", "one", "--html", file("one.html")])).exit).toBe(0);
    const page = readFileSync(file("one.html"), "utf8");
    expect(page).toContain("Certificate of deletion 1: one");
    expect(page).toContain("Complete: everything is deleted");
    expect((await azora.run(["receipt:show", "one", "--html", file("one.html")])).exit).toBe(5);
  });

  it("are completed with consent only, and have nothing pending here", async () => {
    expect(await azora.json(["receipt:complete", "1"])).toMatchObject({ exit: 6 });
    expect(await azora.json(["receipt:complete", "1", "--yes"])).toMatchObject({
      exit: 0,
      document: { result: { completed: [] } },
    });
    expect(await azora.json(["receipt:complete", "1", "--store", "mailer", "--yes"])).toMatchObject({ exit: 3 });
    expect(await azora.json(["receipt:complete", "1", "--stated", "by hand", "--yes"])).toMatchObject({ exit: 2 });
  });
});
