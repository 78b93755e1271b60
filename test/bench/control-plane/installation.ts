import { randomBytes } from "node:crypto";
import { Pool } from "pg";
import { setPassword } from "../../../src/database/logins.js";
import { makePassword } from "../../../src/database/scram.js";
import { makeSigningKey } from "../../../src/signing.js";
import { install, OPERATORS } from "../../support/prepare.js";
import { administer, copyTemplate, urlOf, urlsOf } from "../../support/server-template.js";

/** An empty installation on a server, to be copied for each round. */
export interface BenchInstallation {
  readonly serverUrl: string;
  readonly template: string;
  readonly password: string;
  /** As AZORA_CONTEXT_KEY has it, in two. */
  readonly contextKey: { readonly id: string; readonly secret: string };
}

export async function makeInstallation(serverUrl: string): Promise<BenchInstallation> {
  const template = `azora_bench_${randomBytes(4).toString("hex")}`;
  const password = makePassword();
  await administer(serverUrl, `CREATE DATABASE ${template} TEMPLATE template0`);
  const contextKey = { id: "bench", secret: randomBytes(32).toString("base64") };
  const owner = new Pool({ connectionString: urlOf(serverUrl, template), max: 2 });
  try {
    await install(owner, { password, contextKey, signingKey: { id: "bench", privateKey: makeSigningKey() } });
    for (const login of ["azora_runtime", ...Object.values(OPERATORS)]) await setPassword(owner, login, password);
  } finally {
    await owner.end();
  }
  return { serverUrl, template, password, contextKey };
}

/** A copy of its own, and the vendor admin's connection to it. */
export async function copyOf({ serverUrl, template, password }: BenchInstallation) {
  const database = `${template}_${randomBytes(4).toString("hex")}`;
  await copyTemplate(serverUrl, template, database);
  return { database, controlUrl: urlsOf(serverUrl, database, password).control };
}
