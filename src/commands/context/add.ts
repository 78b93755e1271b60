import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { contextArgument, dryRunFlag } from "../../cli/flags.js";
import { contextTable } from "../../cli/views/context.js";
import { parseContextKey, parseSigningKeyText, readSecretFile } from "../../config.js";
import type { Access, ContextChange } from "../../installation/contexts.js";

interface SecretFiles {
  readonly "control-url-file"?: string | undefined;
  readonly "tenant-url-file"?: string | undefined;
  readonly "context-key-file"?: string | undefined;
  readonly "signing-key-file"?: string | undefined;
}

const file = (description: string) => string({ description, helpValue: "FILE", dependsOn: ["control-url-file"] });

export default class ContextAddCommand extends AzoraCommand {
  static override summary = "Add an installation to the list, by a name.";
  static override description =
    "Without flags a new one, for `azora init --context NAME`. --data-dir adds one that `azora init` has made in that directory. --control-url-file adds an access to a server that was set up elsewhere: connection strings and keys are copied from files into one of mode 0600, and never stand on the command line.";
  static override examples = [
    "<%= config.bin %> context:add staging && <%= config.bin %> init --context staging --embedded",
    "<%= config.bin %> context:add production --control-url-file ./ada.url --signing-key-file ./signing.key",
  ];
  static override args = { context: contextArgument };
  static override flags = {
    "data-dir": string({ description: "Where the installation is.", helpValue: "DIR", exclusive: ["control-url-file"] }),
    "control-url-file": string({ description: "File with the operator's connection string.", helpValue: "FILE" }),
    "tenant-url-file": file("File with the application's connection string."),
    "context-key-file": file("File with the key that signs who acts in which tenant, ID:BASE64."),
    "signing-key-file": file("File with the key that signs receipts and reports, ID: and a PEM."),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<ContextChange> {
    const { args, flags } = await this.parse(ContextAddCommand);
    const { context: name } = args;
    const { "data-dir": dataDir, "dry-run": dryRun } = flags;
    const access = readAccess(flags);
    const { addContext } = await import("../../installation/contexts.js");
    const result = addContext({ name, dryRun, ...(dataDir && { dataDir }), ...(access && { access }) });
    this.present(result, (out) => contextTable(out, [result.context]));
    if (dryRun) this.note(`Dry run: the context "${name}" would be added; nothing was changed.`);
    else this.done(`The context "${name}" is added. \`azora context:use ${name}\` makes it the one in use.`);
    if (!dryRun && result.context.engine === null) this.note(`It is not set up yet: \`azora init --context ${name}\`.`);
    return result;
  }
}

function readAccess(files: SecretFiles): Access | undefined {
  const { "control-url-file": control, "tenant-url-file": tenant, "context-key-file": key, "signing-key-file": signing } = files;
  if (control === undefined) return undefined;
  return {
    controlUrl: readSecretFile(control, "--control-url-file"),
    ...(tenant && { tenantUrl: readSecretFile(tenant, "--tenant-url-file") }),
    ...(key && { contextKey: parseContextKey(readSecretFile(key, "--context-key-file"), "--context-key-file") }),
    ...(signing && { signingKey: parseSigningKeyText(readSecretFile(signing, "--signing-key-file"), "--signing-key-file") }),
  };
}
