import { readFile } from "node:fs/promises";
import { ROOT } from "../../root.js";

/** The shells that have a completion script. */
export type Shell = "bash" | "zsh" | "fish";

const DIRECTORY = new URL("completion/", ROOT);

/** Under the name by which the shell finds it. */
const FILES: Record<Shell, string> = { bash: "azora.bash", zsh: "_azora", fish: "azora.fish" };

/** The script that teaches a shell to complete azora's command line. */
export async function readScript(shell: Shell): Promise<string> {
  return readFile(new URL(FILES[shell], DIRECTORY), "utf8");
}
