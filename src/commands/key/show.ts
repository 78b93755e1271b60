import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag } from "../../cli/flags.js";
import { handoverLines, keyFile } from "../../cli/views/key.js";
import { AzoraError } from "../../errors.js";
import type { PublishedKeys } from "../../installation/published-key.js";

export default class KeyShowCommand extends AzoraCommand {
  static override summary = "Print the public keys that receipts, reports and checkpoints are checked with.";
  static override description =
    "The public half of the key that this installation signs with and of those before it, and the signed hand-overs between them: one file for --public-key. Whoever checks needs it from elsewhere than the database that is checked: publish it once, and tell the fingerprint (--json) over another channel. After a change of keys --handovers is enough: it leads whoever has the old key to the new one, and tells whoever has the new one until when the old one signed.";
  static override examples = [
    "<%= config.bin %> key:show > azora.pem",
    "<%= config.bin %> key:show --handovers > handovers.jsonl",
  ];
  static override flags = {
    id: string({ description: "This key alone.", exclusive: ["handovers"] }),
    handovers: switchFlag({ description: "The hand-overs alone, as JSON lines." }),
    published: switchFlag({ description: "What the database names, where no file of this installation knows it." }),
  };

  async run(): Promise<PublishedKeys> {
    const { flags } = await this.parse(KeyShowCommand);
    const { id, handovers, published } = flags;
    const { keysInDatabase, ownKeys } = await import("../../installation/published-key.js");
    const all = published ? await keysInDatabase(this.settings()) : ownKeys(this.settings());
    const keys = id === undefined ? all.keys : all.keys.filter((key) => key.id === id);
    if (keys.length === 0)
      throw new AzoraError("NOT_FOUND", `There is no signing key ${id}.`, { hint: "`azora key:list` shows them all." });
    const result = { keys, handovers: id === undefined ? all.handovers : [] };
    return this.present(result, () => (handovers ? handoverLines(result) : keyFile(result)));
  }
}
