import { existsSync, statSync } from "node:fs";
import type { Config } from "../../config.js";
import { type Check, failed, ok, warning } from "./check.js";

/** Node's version, against `engines` in package.json. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number);
  const isSupported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
  return isSupported ? ok("node", version) : failed("node", version, "Install Node 20.19, 22.12, 24 or later.");
}

/** The configuration file: there, finished, and readable by its owner alone. */
export function checkConfigFile({ configFile, stored, engine }: Config): Check {
  const name = "configuration file";
  if (!existsSync(configFile)) {
    return engine.source === "environment"
      ? ok(name, "none; everything comes from the environment")
      : failed(name, `${configFile} does not exist`, "Run `azora init`.");
  }
  if (stored?.installing)
    return failed(name, "the set-up was interrupted", "Run the same `azora init` again: it finishes the work.");
  const mode = statSync(configFile).mode & 0o777;
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    return warning(name, `${configFile} has mode ${mode.toString(8)}`, `chmod 600 ${configFile}`);
  }
  return ok(name, configFile);
}
