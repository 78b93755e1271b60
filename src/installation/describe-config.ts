import type { Config } from "../config.js";
import { hidePassword } from "../database/server.js";
import type { Setting } from "../setting.js";

export interface DescribedSetting {
  readonly name: string;
  /** As it may be shown: passwords and keys are replaced. Null when not set. */
  readonly value: string | null;
  readonly source: Setting<unknown>["source"] | "unset";
  readonly from: string | null;
}

/** Every setting with its value, secrets redacted, and where it came from. */
export function describeConfig(config: Config): DescribedSetting[] {
  return [
    describe("data directory", config.dataDir, (value) => value),
    describe("context", config.context, (value) => value),
    describe("engine", config.engine, (value) => value),
    describe("mode", config.mode, (value) => value),
    describe("owner's connection", config.ownerUrl, hidePassword),
    describe("control plane's connection", config.controlUrl, hidePassword),
    describe("tenant plane's connection", config.tenantUrl, hidePassword),
    describe("operator", config.controlLogin, (value) => value),
    describe("context key", config.contextKey, ({ id }) => `${id} (secret hidden)`),
    describe("Stripe key", config.stripe.key, (value) => `${/^[rs]k_(?:test|live)_/.exec(value)?.[0] ?? ""}… (secret hidden)`),
    describe("Stripe's place", config.stripe.apiBase, hidePassword),
    describe("Stripe test clock", config.stripe.testClock, (value) => value),
    describe("webhook secret", config.stripe.webhookSecret, () => "whsec_… (secret hidden)"),
    describe("PostgreSQL's programs", config.pgBin, (value) => value),
    describe("signing key", config.signingKey, ({ id }) => `${id} (secret hidden)`),
  ];
}

function describe<T>(name: string, setting: Setting<T> | undefined, show: (value: T) => string): DescribedSetting {
  if (!setting) return { name, value: null, source: "unset", from: null };
  return { name, value: show(setting.value), source: setting.source, from: setting.from };
}
