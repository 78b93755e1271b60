import type { Config } from "../../config.js";
import { openControlPlane } from "../../control-plane/connection.js";
import type { Engine, Login } from "../../database/engine.js";
import { openEngine, signingKeyOf } from "../open.js";
import { ownerInControl } from "../self-hosted.js";
import type { Check } from "./check.js";
import { checkClock, checkLogin, checkVersion } from "./connections.js";
import { checkConfigFile, checkNode } from "./machine.js";
import { checkControlRights, checkRowSecurity, checkRuntimeRights, checkSharedFunctions } from "./rights.js";
import { checkContextKey, checkMigrations, checkSigningKey } from "./schema-and-keys.js";

export interface Diagnosis {
  readonly checks: readonly Check[];
  /** Whether no check failed; warnings don't count. */
  readonly ok: boolean;
}

/** Looks at an installation from outside to inside; what can't be reached isn't looked into. */
export async function diagnose(config: Config): Promise<Diagnosis> {
  const checks: Check[] = [checkNode(process.version), checkConfigFile(config)];
  const isSetUp = config.engine.value === "server" || config.stored !== undefined;
  if (isSetUp) {
    const engine = openEngine(config);
    try {
      checks.push(...(await checkDatabase(config, engine)));
    } finally {
      await engine.close();
    }
  }
  return { checks, ok: checks.every(({ status }) => status !== "failed") };
}

async function checkDatabase(config: Config, engine: Engine): Promise<Check[]> {
  const isEmbedded = engine.kind === "embedded";
  const isVendors = config.mode.value === "vendor";
  const logins: [Login, boolean][] = [
    ["owner", isEmbedded || config.ownerUrl !== undefined],
    ["control", isVendors && (isEmbedded || config.controlUrl !== undefined)],
    ["tenant", isEmbedded || config.tenantUrl !== undefined],
  ];
  const checks: Check[] = [];
  const reachable = new Set<Login>();
  for (const [login, isConfigured] of logins) {
    const check = await checkLogin(engine, login, { isConfigured, isVendors });
    checks.push(check);
    if (check.status === "ok") reachable.add(login);
    // One lock, one directory: what keeps the first login out keeps the others out too.
    else if (isEmbedded && isConfigured) return checks;
  }
  const [any] = reachable;
  if (!any) return checks;
  const migrations = await checkMigrations(engine, any);
  checks.push(await checkVersion(engine, any), await checkClock(engine, any), migrations);
  if (migrations.status !== "ok") return checks;
  checks.push(await checkRowSecurity(await engine.pool(any)));
  if (reachable.has("tenant")) {
    const tenant = await engine.pool("tenant");
    checks.push(await checkRuntimeRights(tenant), await checkSharedFunctions(tenant), await checkContextKey(config, engine));
  }
  if (reachable.has("control")) {
    checks.push(await checkControlRights(await engine.pool("control")));
  }
  if (reachable.has(isVendors ? "control" : "owner")) {
    const operators = isVendors ? engine : ownerInControl(engine);
    checks.push(await checkSigningKey(await openControlPlane(operators, signingKeyOf(config))));
  }
  return checks;
}
