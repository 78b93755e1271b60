import { AzoraCommand } from "../../cli/base-command.js";
import { keyTable } from "../../cli/views/key.js";
import type { ListedKey } from "../../installation/keys/list-keys.js";

export default class KeyListCommand extends AzoraCommand {
  static override summary = "List the keys that sign contexts and receipts: their states, since when and until when.";
  static override description =
    "Needs the owner's login (AZORA_OWNER_URL) on a server. `in use` is what this machine signs with; `accepted` and `ending` keys are good in other hands, `ending` ones until their end. Which process signs with which, the database doesn't write down.";
  static override examples = ["<%= config.bin %> key:list"];

  async run(): Promise<{ keys: readonly ListedKey[] }> {
    await this.parse(KeyListCommand);
    const { listKeys } = await import("../../installation/keys/list-keys.js");
    const keys = await listKeys(this.settings());
    return this.present({ keys }, (out) => keyTable(out, keys));
  }
}
