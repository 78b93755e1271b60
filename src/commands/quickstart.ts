import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../cli/base-command.js";
import { tell, tellEnd } from "../cli/views/story.js";
import { penOf } from "../cli/views/story-pen.js";
import type { QuickstartResult } from "../quickstart/result.js";

export default class QuickstartCommand extends AzoraCommand {
  static override summary = "See it all in half a minute: three tenants, attempts across the wall, a purge.";
  static override description =
    "Makes an installation of its own on the embedded engine (no server, no network, nothing of yours is touched), loads three tenants of a quality system, and tries what must not work: each statement is really sent, and what PostgreSQL answers is checked. Exit code 9 when anything comes out otherwise than promised. Nothing is left behind, unless --keep names a directory.";
  static override examples = [
    "<%= config.bin %> quickstart",
    "<%= config.bin %> quickstart --keep ./azora-demo",
    "<%= config.bin %> quickstart --json",
  ];
  static override flags = {
    keep: string({ description: "A new directory in which the installation and the exported logs stay.", helpValue: "DIR" }),
  };

  async run(): Promise<QuickstartResult> {
    const { flags } = await this.parse(QuickstartCommand);
    const { runQuickstart } = await import("../quickstart/run-quickstart.js");
    const { removeWorkspace } = await import("../quickstart/workspace.js");
    const pen = penOf(this.io.out);
    const result = await runQuickstart({ ...(flags.keep && { keep: flags.keep }) }, (event) => {
      if (event.kind === "workspace" && event.temporary) leaveNothing(() => removeWorkspace(event.directory));
      if (event.kind === "working") this.note(`  … ${event.what}`);
      const text = tell(event, pen);
      if (text !== undefined && !this.jsonEnabled()) this.io.out.write(text);
    });
    return this.present(result, () => tellEnd(result, pen));
  }
}

/** Ctrl-C and errors end in process.exit(), which waits for no `finally`; a closed terminal doesn't even do that. */
function leaveNothing(remove: () => void): void {
  process.once("exit", remove);
  process.once("SIGHUP", () => process.exit(129));
}
