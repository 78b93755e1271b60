import type { ConfigFile } from "../config.js";
import { makePassword } from "../database/scram.js";
import { makeContextKey, makeSigningKeySetting } from "./config-store.js";

/** What a configuration is made of that isn't made up. */
export interface NewConfigInput {
  readonly engine: "embedded" | "server";
  readonly ownerUrl?: string;
  readonly operator: string | null;
}

/** The configuration of an installation that is about to be made, with keys and passwords of its own. */
export function newConfigFile({ engine, ownerUrl, operator }: NewConfigInput): ConfigFile {
  const isServer = engine === "server" && ownerUrl !== undefined;
  return {
    version: 1,
    engine,
    installing: true,
    ...(operator === null ? { selfHosted: true } : { controlLogin: operator }),
    ...(isServer && operator !== null && { controlUrl: urlFor(ownerUrl, operator) }),
    ...(isServer && { tenantUrl: urlFor(ownerUrl, "azora_runtime") }),
    contextKey: makeContextKey(),
    signingKey: makeSigningKeySetting(),
  };
}

/** The password of a connection string; empty without one. */
export function passwordIn(url: string | undefined): string {
  return url ? decodeURIComponent(new URL(url).password) : "";
}

function urlFor(ownerUrl: string, login: string): string {
  const url = new URL(ownerUrl);
  url.username = login;
  url.password = makePassword();
  return url.toString();
}
