import { type Config, checkUrl, readSecretFile } from "../config.js";
import { AzoraError } from "../errors.js";
import { requireConsent } from "./consent.js";
import { hidePasswords } from "./failure.js";
import type { Io } from "./io.js";

export interface EngineFlags {
  readonly embedded: boolean;
  readonly ownerUrlFile: string | undefined;
  readonly yes: boolean;
}

export type EngineChoice = { readonly engine: "embedded" } | { readonly engine: "server"; readonly ownerUrl: string };

type Asker = Pick<Io, "canAsk" | "prompter">;

/**
 * Which database `azora init` sets up: by flag, by AZORA_OWNER_URL, as the installation that
 * is there already, or by asking. A server is only touched with consent.
 * @throws AzoraError NEEDS_INPUT, NEEDS_CONFIRMATION, CONFIG_INVALID
 */
export async function chooseEngine(io: Asker, config: Config, flags: EngineFlags): Promise<EngineChoice> {
  if (flags.embedded) return { engine: "embedded" };
  const ownerUrl = flags.ownerUrlFile ? readSecretFile(flags.ownerUrlFile, "--owner-url-file") : config.ownerUrl?.value;
  if (ownerUrl) return useServer(io, ownerUrl, flags.yes);
  if (config.stored?.engine === "embedded") return { engine: "embedded" };
  if (!io.canAsk) {
    throw new AzoraError("NEEDS_INPUT", "Which database? There is no terminal to ask on.", {
      hint: "Pass --embedded, or --owner-url-file FILE with --yes for a PostgreSQL server.",
    });
  }
  const engine = await io.prompter.select("Where shall azora keep its data?", [
    { value: "embedded", name: "Here, in an embedded PostgreSQL (to try it out, for CI, small instances)" },
    { value: "server", name: "On a PostgreSQL server, 15 to 18" },
  ]);
  if (engine === "embedded") return { engine };
  const url = await io.prompter.secret("Connection string of a login that may create roles (not written down):");
  return useServer(io, url.trim(), flags.yes);
}

async function useServer(io: Asker, ownerUrl: string, yes: boolean): Promise<EngineChoice> {
  checkUrl(ownerUrl, "The owner's connection string");
  const question = `Make azora's roles and schemas in ${hidePasswords(ownerUrl)}?`;
  await requireConsent(io, { question, given: yes, flag: "--yes", preview: "--print-sql" });
  return { engine: "server", ownerUrl };
}
