import { string as stringArgument } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { switchFlag } from "../../cli/flags.js";
import { chainCheck } from "../../cli/views/receipt.js";
import { AzoraError } from "../../errors.js";
import type { ReceiptsCheck } from "../../installation/check-receipts.js";

export default class ReceiptVerifyCommand extends AzoraCommand {
  static override summary = "Check receipts: who signed them, and that none was changed, removed or put elsewhere.";
  static override description =
    "A file is checked offline, with the vendor's published key alone (--public-key, or this installation's own). Of a single receipt that is its signature; of a chain (`receipt:list --output`) also that none is missing, the last one included. --chain checks the chain in the database, also against the admin audit log, and that what is in the file is in it as it is. Exit code 9 when something doesn't hold.";
  static override examples = [
    "<%= config.bin %> receipt:verify receipt.json --public-key azora.pem",
    "<%= config.bin %> receipt:verify --chain",
  ];
  static override args = {
    file: stringArgument({ description: "What receipt:show or receipt:list wrote.", ignoreStdin: true }),
  };
  static override flags = {
    "public-key": string({
      description: "Key that may have signed (PEM), or hand-overs from it; more than one after a change of keys.",
      helpValue: "FILE",
      multiple: true,
    }),
    chain: switchFlag({ description: "Check the chain in the database." }),
  };

  async run(): Promise<ReceiptsCheck> {
    const { args, flags } = await this.parse(ReceiptVerifyCommand);
    const { "public-key": publicKeyFiles = [], chain } = flags;
    const { file } = args;
    if (file === undefined && !chain) throw new AzoraError("USAGE", "Missing argument: FILE, or --chain.");
    const { checkReceipts } = await import("../../installation/check-receipts.js");
    const result = await checkReceipts(() => this.settings(), { file, publicKeyFiles, chain });
    this.present(result, (out) => chainCheck(out, result));
    const { problems } = result;
    if (problems.length > 0) {
      throw new CheckFailed(`${problems.length} problem(s): the receipts are not as they were signed.`, result);
    }
    this.done(result.whole ? "None was changed, and none is missing." : "Nothing was changed since it was signed.");
    return result;
  }
}
