import { AzoraCommand } from "../../cli/base-command.js";
import type { PublishedKey } from "../../installation/published-key.js";

export default class KeyShowCommand extends AzoraCommand {
  static override summary = "Print the public key that receipts, reports and checkpoints are checked with.";
  static override description =
    "The public half of the key that this installation signs with. Whoever checks needs it from elsewhere than the database that is checked: publish it once, and tell its fingerprint (--json) over another channel.";
  static override examples = ["<%= config.bin %> key:show > azora.pem"];

  async run(): Promise<PublishedKey> {
    await this.parse(KeyShowCommand);
    const { publishedKey } = await import("../../installation/published-key.js");
    const result = publishedKey(this.settings());
    return this.present(result, () => result.publicKey.trimEnd());
  }
}
