import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ConfigFile, loadConfig } from "../../src/config.js";
import { AzoraError } from "../../src/errors.js";
import { makeSigningKey } from "../../src/signing.js";

const SECRET = "hunter2-and-more";
const url = (host: string) => `postgresql://login:${SECRET}@${host}:5432/azora`;

describe("loadConfig()", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "azora-config-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const load = (env: Record<string, string> = {}) => loadConfig({ AZORA_DATA_DIR: dir, ...env });
  const file = (name: string, content: string) => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return path;
  };
  const stored = (): ConfigFile => ({
    version: 1,
    engine: "server",
    controlLogin: "ops",
    controlUrl: url("from-file"),
    tenantUrl: url("from-file"),
    contextKey: { id: "filed", secret: randomBytes(32).toString("base64") },
    signingKey: { id: "filed", privateKey: makeSigningKey() },
  });
  /** The error that loading ends with; it must never hold the secret. */
  const failure = (env: Record<string, string>): AzoraError => {
    try {
      load(env);
    } catch (error) {
      expect(error).toBeInstanceOf(AzoraError);
      const { message, hint, stack } = error as AzoraError;
      expect(`${message} ${hint} ${stack}`).not.toContain(SECRET);
      return error as AzoraError;
    }
    throw new Error("That should have been refused.");
  };

  it("is embedded by default, in the data directory, with nothing else known", () => {
    expect(load()).toMatchObject({
      engine: { value: "embedded", source: "default" },
      dataDir: { value: dir, source: "environment", from: "AZORA_DATA_DIR" },
      controlLogin: { value: "azora_admin", source: "default" },
      ownerUrl: undefined,
      controlUrl: undefined,
      contextKey: undefined,
      stored: undefined,
    });
  });

  it("takes the file before the default, and the environment before the file", () => {
    file("config.json", JSON.stringify(stored()));
    expect(load()).toMatchObject({
      engine: { value: "server", source: "file" },
      controlUrl: { value: url("from-file"), source: "file", from: join(dir, "config.json") },
      contextKey: { value: { id: "filed" }, source: "file" },
      controlLogin: { value: "ops", source: "file" },
    });
    const key = randomBytes(32).toString("base64");
    expect(load({ AZORA_CONTROL_URL: url("from-env"), AZORA_CONTEXT_KEY: `mine:${key}` })).toMatchObject({
      controlUrl: { value: url("from-env"), source: "environment", from: "AZORA_CONTROL_URL" },
      tenantUrl: { value: url("from-file"), source: "file" },
      contextKey: { value: { id: "mine", secret: key }, source: "environment" },
    });
  });

  it("takes a secret from the file that a variable names, without its line end", () => {
    const env = { AZORA_OWNER_URL_FILE: file("owner", `${url("h")}\n`), AZORA_SIGNING_KEY_FILE: file("key", makeSigningKey()) };
    expect(load(env)).toMatchObject({
      engine: { value: "server", source: "environment" },
      ownerUrl: { value: url("h"), from: "AZORA_OWNER_URL_FILE" },
      signingKey: { value: { id: "default" }, from: "AZORA_SIGNING_KEY_FILE" },
    });
    const { stripe } = load({ STRIPE_API_KEY_FILE: file("stripe", "sk_test_filed\n") });
    expect(stripe).toMatchObject({ key: { value: "sk_test_filed", from: "STRIPE_API_KEY_FILE" }, apiBase: undefined });
  });

  it.each([
    "AZORA_OWNER_URL",
    "AZORA_CONTROL_URL",
    "AZORA_TENANT_URL",
    "AZORA_CONTEXT_KEY",
    "AZORA_SIGNING_KEY",
    "STRIPE_API_KEY",
  ])("refuses %s beside its file", (name) => {
    const { code, message } = failure({ [name]: url("h"), [`${name}_FILE`]: file("x", url("h")) });
    expect(code).toBe("CONFIG_INVALID");
    expect(message).toContain(name);
    expect(message).toContain(`${name}_FILE`);
  });

  it.each([
    ["AZORA_OWNER_URL", `mysql://u:${SECRET}@h/d`],
    ["AZORA_CONTROL_URL", `postgresql://u:${SECRET}@h:port/d`],
    ["AZORA_TENANT_URL", SECRET],
    ["AZORA_CONTEXT_KEY", SECRET],
    ["AZORA_CONTEXT_KEY", `id:${SECRET}`],
    ["AZORA_CONTEXT_KEY", `id:${randomBytes(32).toString("base64")}:${SECRET}`],
    ["AZORA_SIGNING_KEY", SECRET],
  ])("refuses a wrong %s, naming it and not its value", (name, value) => {
    const { code, message, hint } = failure({ [name]: value });
    expect({ code, hint: typeof hint }).toEqual({ code: "CONFIG_INVALID", hint: "string" });
    expect(message).toContain(name);
  });

  it("names a file that can't be read, and the variable that named it", () => {
    const { code, message } = failure({ AZORA_OWNER_URL_FILE: join(dir, "absent") });
    expect(code).toBe("CONFIG_INVALID");
    expect(message).toContain(join(dir, "absent"));
    expect(message).toContain("AZORA_OWNER_URL_FILE");
  });

  it.each([
    ["that is no JSON", `{ "controlUrl": "${url("h")}"`],
    ["of another version", JSON.stringify({ version: 2, engine: "server", controlUrl: url("h") })],
    ["of an engine that nobody knows", JSON.stringify({ version: 1, engine: "oracle", controlUrl: url("h") })],
  ])("refuses a configuration file %s", (_, content) => {
    const path = file("config.json", content);
    const { code, message } = failure({});
    expect(code).toBe("CONFIG_INVALID");
    expect(message).toContain(path);
  });

  it("can't be changed afterwards", () => {
    expect(Object.isFrozen(load())).toBe(true);
  });
});
