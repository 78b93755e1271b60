import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { makePassword, scramVerifier } from "../../src/database/scram.js";
import { administer, urlOf } from "../support/server-template.js";

// Logging in needs a server: the embedded engine asks nobody for a password.
describe("a SCRAM verifier", () => {
  const { serverUrl } = inject("prepared");
  const login = `azora_test_${randomBytes(4).toString("hex")}`;
  const password = makePassword();

  beforeAll(() =>
    administer(serverUrl, `CREATE ROLE ${login} LOGIN`, `ALTER ROLE ${login} PASSWORD '${scramVerifier(password)}'`),
  );
  afterAll(() => administer(serverUrl, `DROP ROLE ${login}`));

  async function logIn(word: string): Promise<unknown> {
    const client = new Client({ connectionString: urlOf(serverUrl, "postgres", login, word) });
    await client.connect();
    const { rows } = await client.query("SELECT session_user::text AS login");
    await client.end();
    return rows;
  }

  it("lets its password in, and no other", async () => {
    expect(await logIn(password)).toEqual([{ login }]);
    await expect(logIn(`${password}x`)).rejects.toMatchObject({ code: "28P01" });
    await expect(logIn(password.toLowerCase() === password ? "X" : password.toLowerCase())).rejects.toMatchObject({
      code: "28P01",
    });
  });

  it("is stored as it was made, and differs with each salt", async () => {
    const salt = Buffer.alloc(16, 7);
    expect(scramVerifier("pencil", salt)).toBe(scramVerifier("pencil", salt));
    expect(scramVerifier("pencil")).not.toBe(scramVerifier("pencil"));
    expect(scramVerifier("pencil")).not.toContain("pencil");
    expect(makePassword()).toMatch(/^[\w-]{32}$/);
  });
});
