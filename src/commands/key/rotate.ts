import { string as stringArgument } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag, switchFlag } from "../../cli/flags.js";
import { parseDuration } from "../../cli/input.js";
import { rotationDetails } from "../../cli/views/key.js";
import type { KeyRotation } from "../../installation/keys/rotation.js";

export default class KeyRotateCommand extends AzoraCommand {
  static override summary = "Put a new key in the place of the one that signs contexts, or of the one that signs receipts.";
  static override description =
    "Needs the owner's login (AZORA_OWNER_URL) on a server. `context`: the database takes the new key and the old one, the configuration file gets the new one, and processes that run go on with the old one until they are started anew. It ends with --after, or when --retire says so. `signing`: the old key hands over to the new one in a record that both sign (`key:show`), goes on signing elsewhere for a day or for --after, and verifies what it has signed for good. A key that comes from the environment is written to --output. With --now, for a key that somebody else may have, the old ones end at once and vouch for nothing. Interrupted, the same command finishes it.";
  static override examples = [
    "<%= config.bin %> key:rotate context --after 24h",
    "<%= config.bin %> key:rotate context --retire ctx-1f0c9a3e",
    "<%= config.bin %> key:rotate signing --output ./signing.key",
  ];
  static override args = {
    kind: stringArgument({ description: "Which key.", options: ["context", "signing"], required: true, ignoreStdin: true }),
  };
  static override flags = {
    after: string({ description: "The old key ends after this: 90m, 24h, 7d.", helpValue: "SPAN", exclusive: ["now", "retire"] }),
    now: switchFlag({ description: "End every older key at once: somebody else may have it.", exclusive: ["after"] }),
    retire: string({ description: "End this old key now; make none.", helpValue: "ID", exclusive: ["output"] }),
    output: string({ description: "Write the new key into this new file (mode 0600).", helpValue: "FILE" }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<KeyRotation> {
    const { args, flags } = await this.parse(KeyRotateCommand);
    const { after, now, retire, output, "dry-run": dryRun } = flags;
    const endsAfter = now ? 0 : after === undefined ? null : parseDuration(after, "--after");
    const { rotateKey } = await import("../../installation/keys/rotate-key.js");
    const result = await rotateKey(this.settings(), {
      kind: args.kind === "signing" ? "signing" : "context",
      ...{ endsAfter, compromised: now, dryRun },
      ...(retire !== undefined && { retire }),
      ...(output !== undefined && { output }),
    });
    this.present(result, (out) => rotationDetails(out, result));
    return this.told(result);
  }

  private told(result: KeyRotation): KeyRotation {
    const { changed, dryRun, kind, newKey, resumed, ending } = result;
    const ids = ending.map(({ id }) => id).join(", ");
    if (!changed) this.note(`${ids} has had its end already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: ${ids === "" ? "no key would end" : `${ids} would end`}; nothing was changed.`);
    else if (newKey === null) this.done(`${ids} is retired.`);
    else this.done(`${resumed ? "The interrupted rotation is finished: " : ""}${newKey} signs from now on.`);
    if (changed && !dryRun && newKey !== null && kind === "context" && ending.length === 0) {
      this.note("Start the application anew; the old key is good until `azora key:rotate context --retire` ends it.");
    }
    return result;
  }
}
