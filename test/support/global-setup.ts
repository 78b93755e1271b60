import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import type { TestProject } from "vitest/node";
import { makePassword } from "../../src/database/scram.js";
import { makeSigningKey } from "../../src/signing.js";
import { Azora } from "../cli/azora.js";
import { makeEmbeddedTemplate } from "./embedded-template.js";
import { startServer, type TestServer } from "./postgres-server.js";
import { dropTestDatabases, makeServerTemplates, type ServerTemplates } from "./server-template.js";

/** What every test file gets of the one preparation of a run. */
export interface Prepared {
  /** The superuser's URL of the test server, database `postgres`. */
  readonly serverUrl: string;
  /** The databases that each file's own is a copy of. */
  readonly templates: ServerTemplates;
  /** A data directory that each file's own is a copy of. */
  readonly embeddedTemplate: string;
  /** The home of a command line after `azora init --embedded`. */
  readonly initialised: string;
  /** Of azora_runtime and of the operators; roles belong to the cluster, so once a run. */
  readonly password: string;
  readonly contextKey: { readonly id: string; readonly secret: string };
  readonly signingKey: { readonly id: string; readonly privateKey: string };
}

declare module "vitest" {
  export interface ProvidedContext {
    prepared: Prepared;
  }
}

/** Starts a server (or takes AZORA_TEST_SERVER_URL) and prepares one template for each engine. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.AZORA_TEST_SERVER_URL;
  const server: TestServer = given ? { url: given, stop: async () => undefined } : await startServer();
  const keys = {
    password: makePassword(),
    contextKey: { id: "test", secret: randomBytes(32).toString("base64") },
    signingKey: { id: "test", privateKey: makeSigningKey() },
  };
  const run = randomBytes(4).toString("hex");
  const undo = [() => server.stop(), () => dropTestDatabases(server.url, run)];
  const teardown = async () => {
    for (const step of undo.reverse()) await step();
  };
  try {
    const templates = await makeServerTemplates(server.url, `azora_test_${run}`, keys);
    const embeddedTemplate = await makeEmbeddedTemplate(keys);
    undo.push(() => rm(embeddedTemplate, { recursive: true, force: true }));
    const azora = await initialise();
    undo.push(() => azora.remove());
    project.provide("prepared", { serverUrl: server.url, templates, embeddedTemplate, initialised: azora.home, ...keys });
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

async function initialise(): Promise<Azora> {
  const azora = new Azora();
  const { exit, stderr } = await azora.run(["init", "--embedded", "--yes"]);
  if (exit !== 0) throw new Error(`azora init ended with ${exit}: ${stderr}`);
  return azora;
}
