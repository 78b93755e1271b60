import type { Config } from "../config.js";
import { hidePasswords } from "./failure.js";
import type { Io } from "./io.js";

/** Which installation a command is about, in a few words. The environment wins over the context, so it is named then. */
export function placeOf({ context, dataDir, controlUrl, ownerUrl }: Config): string {
  const fromEnvironment = [controlUrl, ownerUrl].flatMap((url) =>
    url?.source === "environment" ? [hidePasswords(url.value)] : [],
  );
  const byName = controlUrl?.source === "environment" ? [] : [context?.value ?? dataDir.value];
  return [...byName, ...fromEnvironment].join(", ");
}

/** The installation that commands would work on, in a line; the page of all commands begins with it. */
export function installationLine(load: () => Config): string {
  try {
    const config = load();
    if (config.engine.value === "embedded" && !config.stored) return "none yet: `azora init` makes one";
    return `${config.mode.value}, ${config.engine.value} engine: ${placeOf(config)}`;
  } catch {
    return "its settings can't be read: `azora config` says why";
  }
}

/** The same terminal, whose questions begin with what they are about. */
export function askingAbout(io: Io, place: () => string): Io {
  const { prompter } = io;
  const about = (message: string) => `[${place()}] ${message}`;
  return {
    ...io,
    prompter: {
      ...prompter,
      confirm: (message) => prompter.confirm(about(message)),
      input: (message) => prompter.input(about(message)),
    },
  };
}
