import { insideFlags } from "../../cli/flags.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { matrixTable } from "../../cli/views/access.js";
import type { AccessMatrix } from "../../tenant-plane/access/access-matrix.js";

export default class AccessMatrixCommand extends InsideCommand {
  static override summary = "Show what each role of a tenant may do on what.";
  static override description = "What a * includes is told one by one; JSON has a line for each permission.";
  static override examples = ["<%= config.bin %> access:matrix --tenant acme"];
  static override flags = insideFlags;

  async run(): Promise<AccessMatrix> {
    const { flags } = await this.parse(AccessMatrixCommand);
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { readAccessMatrix } = await import("../../tenant-plane/access/access-matrix.js");
    const matrix = await insideTenant(this.where(flags), readAccessMatrix);
    return this.present(matrix, (out) => matrixTable(out, matrix));
  }
}
