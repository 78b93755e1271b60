import { randomBytes } from "node:crypto";
import { Client, Pool } from "pg";
import { setPassword } from "../../src/database/logins.js";
import { openServer } from "../../src/database/server.js";
import { install, type Keys, OPERATORS, settle } from "./prepare.js";

/** The connection string of another login, or another database, on the same server. */
export function urlOf(serverUrl: string, database: string, login?: string, password?: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  if (login !== undefined) url.username = login;
  if (password !== undefined) url.password = password;
  return url.toString();
}

/** What test files copy: an installation with nobody in it, and one with the two tenants. */
export interface ServerTemplates {
  readonly empty: string;
  readonly settled: string;
}

/** Makes the databases that test files copy. @returns their names */
export async function makeServerTemplates(serverUrl: string, prefix: string, keys: Keys): Promise<ServerTemplates> {
  const names = { empty: `${prefix}_empty`, settled: prefix };
  await makeEmpty(serverUrl, names.empty, keys);
  await copyTemplate(serverUrl, names.empty, names.settled);
  const engine = openServer(urlsOf(serverUrl, names.settled, keys.password));
  await settle(engine, keys);
  await engine.close();
  for (const name of Object.values(names)) {
    await administer(serverUrl, `ALTER DATABASE ${name} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  }
  return names;
}

async function makeEmpty(serverUrl: string, name: string, keys: Keys): Promise<void> {
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  const owner = new Pool({ connectionString: urlOf(serverUrl, name), max: 2 });
  try {
    await install(owner, keys);
    for (const login of ["azora_runtime", ...Object.values(OPERATORS)]) await setPassword(owner, login, keys.password);
  } finally {
    await owner.end();
  }
}

/** The three connection strings of one installation. */
export function urlsOf(serverUrl: string, database: string, password: string, operator = OPERATORS["vendor-admin"]) {
  return {
    owner: urlOf(serverUrl, database),
    control: urlOf(serverUrl, database, operator, password),
    tenant: urlOf(serverUrl, database, "azora_runtime", password),
  };
}

/** Copies the template. Rights on a database as a whole aren't copied, so they are given again. */
export async function copyTemplate(serverUrl: string, template: string, copy: string): Promise<void> {
  await administer(
    serverUrl,
    `CREATE DATABASE ${copy} TEMPLATE ${template}`,
    `REVOKE ALL ON DATABASE ${copy} FROM PUBLIC`,
    `GRANT CONNECT ON DATABASE ${copy} TO azora_owner, azora_runtime, azora_support`,
  );
}

/** Copies the template to a database of a new name. @returns the name */
export async function copyAnew(serverUrl: string, template: string): Promise<string> {
  const name = `${template}_${randomBytes(4).toString("hex")}`;
  await copyTemplate(serverUrl, template, name);
  return name;
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

/** Drops whatever a run has made: a server that was lent stays as it was. */
export async function dropTestDatabases(serverUrl: string, run: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rows } = await client.query("SELECT datname FROM pg_database WHERE datname LIKE $1", [`azora\\_test\\_${run}%`]);
    for (const { datname } of rows) {
      await client.query(`ALTER DATABASE ${datname} IS_TEMPLATE false`);
      await client.query(`DROP DATABASE ${datname} WITH (FORCE)`);
    }
  } finally {
    await client.end();
  }
}

/** Runs statements in the server's own database, each in a transaction of its own. */
export async function administer(serverUrl: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
