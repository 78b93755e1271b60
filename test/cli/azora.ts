import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { OPERATORS } from "../support/prepare.js";
import { copyAnew, dropDatabase, urlsOf } from "../support/server-template.js";

export const RUN = fileURLToPath(new URL("../../bin/run.js", import.meta.url));

export interface Answer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Document {
  readonly ok: boolean;
  // Whatever a command's result is, a test reads what it expects.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests are about
  readonly result?: any;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string | null; readonly exit: number };
}

type Variables = Readonly<Record<string, string>>;

/** The built command line as a process of its own: no terminal, and nothing of this process's environment. */
export class Azora {
  readonly home = mkdtempSync(join(tmpdir(), "azora-cli-"));
  readonly dataDir = join(this.home, "data");

  run(args: readonly string[], env: Variables = {}, input = ""): Promise<Answer> {
    const environment = { PATH: process.env.PATH ?? "", HOME: this.home, AZORA_DATA_DIR: this.dataDir, TZ: "UTC", ...env };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [RUN, ...args], { env: environment, cwd: this.home }, (error, stdout, stderr) => {
        const exit = error ? (typeof error.code === "number" ? error.code : 255) : 0;
        resolve({ exit, stdout, stderr });
      });
      child.stdin?.end(input);
    });
  }

  /** The same with --json; the whole of stdout has to be one document. */
  async json(args: readonly string[], env: Variables = {}): Promise<Answer & { readonly document: Document }> {
    const answer = await this.run([...args, "--json"], env);
    return { ...answer, document: JSON.parse(answer.stdout) as Document };
  }

  async remove(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }
}

/** One with an embedded installation in it: a copy of the one that `azora init` made for this run. */
export async function initialised(): Promise<Azora> {
  const azora = new Azora();
  await cp(inject("prepared").initialised, azora.home, { recursive: true });
  return azora;
}

/** One with an installation on the test server: a database of its own, with nobody in it. */
export class AzoraOnServer extends Azora {
  readonly operator = OPERATORS["vendor-admin"];

  private constructor(private readonly database: string) {
    super();
  }

  static async open(): Promise<AzoraOnServer> {
    const { serverUrl, templates, password, contextKey, signingKey } = inject("prepared");
    const azora = new AzoraOnServer(await copyAnew(serverUrl, templates.empty));
    const { control: controlUrl, tenant: tenantUrl } = urlsOf(serverUrl, azora.database, password);
    const config = { version: 1, engine: "server", controlLogin: azora.operator, controlUrl, tenantUrl, contextKey, signingKey };
    mkdirSync(azora.dataDir, { mode: 0o700 });
    writeFileSync(join(azora.dataDir, "config.json"), JSON.stringify(config), { mode: 0o600 });
    return azora;
  }

  override async remove(): Promise<void> {
    await super.remove();
    await dropDatabase(inject("prepared").serverUrl, this.database);
  }
}
