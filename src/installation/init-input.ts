import { type Config, type ConfigFile, checkUrl } from "../config.js";
import { checkLoginName } from "../database/logins.js";
import { AzoraError } from "../errors.js";

export interface InitInput {
  readonly engine: "embedded" | "server";
  /** For a server: a login that may create roles. It is used now and not written down. */
  readonly ownerUrl?: string;
  /** Name of the first operator's login; null where nobody but the owner is a vendor. */
  readonly operator: string | null;
  /** Give the logins the passwords of the configuration file even though the cluster has them already. */
  readonly resetPasswords: boolean;
}

/** @throws AzoraError NEEDS_INPUT, INVALID_INPUT, CONFLICT */
export function checkInput({ stored, configFile }: Config, { engine, ownerUrl, operator }: InitInput): void {
  if (engine === "server") {
    if (!ownerUrl) {
      throw new AzoraError("NEEDS_INPUT", "A PostgreSQL server needs the owner's connection string.", {
        hint: "Pass --owner-url-file FILE, or set AZORA_OWNER_URL.",
      });
    }
    checkUrl(ownerUrl, "The owner's connection string");
  }
  if (operator !== null) checkLoginName(operator);
  if (stored && operator === null && !stored.selfHosted) {
    throw new AzoraError("CONFLICT", `${configFile} belongs to an installation with operators.`, {
      hint: "Set AZORA_DATA_DIR to another directory for a self-hosted one.",
    });
  }
  if (stored && stored.engine !== engine) {
    throw new AzoraError("CONFLICT", `${configFile} belongs to an installation on the ${stored.engine} engine.`, {
      hint: "Set AZORA_DATA_DIR to another directory for a second installation.",
    });
  }
}

/** What this very command has written before. @throws AzoraError CONFLICT for what was only added to the contexts */
export function ownFile({ stored, configFile }: Config): ConfigFile | undefined {
  if (!stored) return undefined;
  const { access, contextKey, signingKey } = stored;
  if (!access && contextKey && signingKey) return { ...stored, contextKey, signingKey };
  throw new AzoraError("CONFLICT", `${configFile} is somebody's access to an installation that was set up elsewhere.`, {
    hint: "Add another context for a new one: `azora context:add NAME`.",
  });
}

/** Another installation may be using the logins of this cluster. */
export function loginsTaken(): AzoraError {
  return new AzoraError(
    "CONFLICT",
    "The login azora_runtime exists in this cluster already, so another installation may be using it.",
    {
      hint: "Use that installation's configuration, or pass --reset-passwords to give the logins new ones.",
    },
  );
}
