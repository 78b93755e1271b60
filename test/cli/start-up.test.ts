import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";
import { type Azora, initialised } from "./azora.js";

/** What a command loads, counted: what takes milliseconds on one machine takes seconds on another, a file is a file. */

const RECORD = fileURLToPath(new URL("../support/record-modules.mjs", import.meta.url));
/** Packages that take long, and what asks for them. */
const SELDOM = ["stripe", "@electric-sql/pglite", "inquirer", "@babel/parser", "hyparquet-writer", "@prisma/schema-engine-wasm"];

describe("a command loads what it uses", () => {
  let azora: Azora;
  let world: World;
  beforeAll(async () => {
    [azora, world] = await Promise.all([initialised(), World.open("server")]);
  });
  afterAll(() => Promise.all([azora?.remove(), world?.close()]));

  async function load(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const list = join(azora.home, `modules-${argv.join("-")}`);
    const NODE_OPTIONS = `--import=${RECORD} ${env.NODE_OPTIONS ?? ""}`;
    const { exit, stderr } = await azora.run(argv, { ...env, NODE_OPTIONS, AZORA_TEST_MODULES: list });
    const loaded = [...new Set(readFileSync(list, "utf8").split("\n"))].filter((url) => !url.endsWith("record-modules.mjs"));
    const files = loaded.filter((url) => url.startsWith("file:"));
    return {
      exit,
      stderr,
      files: files.length,
      seldom: SELDOM.filter((name) => files.some((url) => url.includes(`node_modules/${name}/`))),
      fetch: loaded.some((name) => name.includes("undici")),
      compilers: files.filter((url) => /query_compiler_.*wasm-base64/.test(url)).length,
    };
  }
  const onServer = () => {
    const { serverUrl, password } = world.prepared;
    return { AZORA_CONTROL_URL: urlsOf(serverUrl, world.place, password).control };
  };

  // Room for a tenth; with a file for each module they were 25, 142 and 253.
  it.each([
    { argv: ["--version"], most: 9 },
    { argv: ["--help"], most: 24 },
    { argv: ["tenant:list", "--help"], most: 24 },
  ])("$argv: $most files at most, and no database", async ({ argv, most }) => {
    const { files, ...rest } = await load(argv);
    expect(rest).toEqual({ exit: 0, stderr: "", seldom: [], fetch: false, compilers: 0 });
    expect(files).toBeGreaterThan(1);
    expect(files).toBeLessThanOrEqual(most);
  });

  it("tenant:list on a server: 52 files at most, one of Prisma's two clients, and nothing of the embedded engine", async () => {
    const { files, ...rest } = await load(["tenant:list"], onServer());
    expect(rest).toEqual({ exit: 0, stderr: "", seldom: [], fetch: false, compilers: 1 });
    expect(files).toBeGreaterThan(20);
    expect(files).toBeLessThanOrEqual(52);
  });

  it("the embedded engine where the installation is embedded, and that is seen", async () => {
    expect(await load(["tenant:list"])).toMatchObject({ exit: 0, seldom: ["@electric-sql/pglite"] });
  });

  it("Stripe where something is billed, and that is seen", async () => {
    const billed = await load(["billing:connect", "--yes"], {
      ...onServer(),
      STRIPE_API_KEY: "sk_test_none",
      STRIPE_API_BASE: "http://127.0.0.1:9",
    });
    expect(billed.seldom).toEqual(["stripe"]);
  });

  it("fetch() nowhere; where something asks for it, that is seen", async () => {
    expect(await load(["--version"], { NODE_OPTIONS: "--import=data:text/javascript,new(Response)" })).toMatchObject({
      exit: 0,
      fetch: true,
    });
  });
});
