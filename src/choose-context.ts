import { resolve } from "node:path";
import { contextsFile, DEFAULT_CONTEXT, findContext, platformDir, readContexts } from "./contexts.js";
import { AzoraError } from "./errors.js";
import { byDefault, type Environment, type Setting } from "./setting.js";

/** Whose choice of a context counts. */
export interface ContextChoice {
  /** `--context` */
  readonly flag?: string | undefined;
  /** Whether `azora context:use` counts: at the terminal. An application names its installation itself. */
  readonly current?: boolean;
  /** Where the list of contexts is: the platform's data directory. */
  readonly root?: string;
}

export interface ChosenContext {
  /** Undefined where AZORA_DATA_DIR names the directory itself. */
  readonly context: Setting<string> | undefined;
  readonly dataDir: Setting<string>;
}

/** Variables that say themselves which installation is meant. */
const NAMES_INSTALLATION = ["AZORA_DATA_DIR", "AZORA_CONTROL_URL", "AZORA_TENANT_URL"].flatMap((name) => [name, `${name}_FILE`]);

/**
 * Decides which installation is meant, and so in which directory its configuration is.
 * @throws AzoraError CONFIG_INVALID when two things say it, NOT_FOUND for a context that there isn't
 */
export function chooseContext(env: Environment, choice: ContextChoice): ChosenContext {
  const { flag, current = false, root = platformDir() } = choice;
  const variables = flag === undefined ? (env.AZORA_CONTEXT ? ["AZORA_DATA_DIR"] : []) : NAMES_INSTALLATION;
  const other = variables.find((name) => env[name]);
  if (other) {
    const named = flag === undefined ? "AZORA_CONTEXT" : "--context";
    // Which of them was meant is not to be guessed: the next command may delete a tenant.
    throw new AzoraError("CONFIG_INVALID", `${named} and ${other} both say which installation is meant.`, {
      hint: `Unset ${other}, or leave ${named} out.`,
    });
  }
  if (env.AZORA_DATA_DIR) {
    const value = resolve(env.AZORA_DATA_DIR);
    return { context: undefined, dataDir: { value, source: "environment", from: "AZORA_DATA_DIR" } };
  }
  const contexts = readContexts(root);
  const context = namedContext({ flag, env, current: current ? contexts.current : undefined, file: contextsFile(root) });
  const { dataDir: value } = findContext(contexts, context.value);
  if (context.source === "default") return { context, dataDir: byDefault(value, "the platform's data directory") };
  return { context, dataDir: { ...context, value, from: `context ${context.value}` } };
}

interface NamedBy {
  readonly flag: string | undefined;
  readonly env: Environment;
  readonly current: string | undefined;
  readonly file: string;
}

function namedContext({ flag, env, current, file }: NamedBy): Setting<string> {
  if (flag !== undefined) return { value: flag, source: "flag", from: "--context" };
  if (env.AZORA_CONTEXT) return { value: env.AZORA_CONTEXT, source: "environment", from: "AZORA_CONTEXT" };
  if (current === undefined || current === DEFAULT_CONTEXT) return byDefault(DEFAULT_CONTEXT, "no context is chosen");
  return { value: current, source: "file", from: file };
}
