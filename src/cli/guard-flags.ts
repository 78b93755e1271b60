import { string } from "@oclif/core/flags";
import { AzoraError } from "../errors.js";

/** What says which tables are meant, the same for planning and applying. */
export const guardFlags = {
  schema: string({ description: "Schema to look in; the accounts table's own otherwise.", helpValue: "NAME", multiple: true }),
  table: string({ description: "Table to take; otherwise all of the schema.", helpValue: "NAME", multiple: true }),
  exclude: string({
    description: "Table that stays outside, readable by all, and why.",
    helpValue: "TABLE=REASON",
    multiple: true,
  }),
  "accounts-table": string({ description: "The application's table with one row an account.", helpValue: "NAME" }),
  "accounts-key": string({ description: "Its column that others refer to; the primary key otherwise.", helpValue: "COLUMN" }),
  "account-column": string({ description: "Name of the account's column where a table lacks one.", helpValue: "COLUMN" }),
};

interface Flags {
  readonly schema?: readonly string[] | undefined;
  readonly table?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly "accounts-table"?: string | undefined;
  readonly "accounts-key"?: string | undefined;
  readonly "account-column"?: string | undefined;
}

/** What an operation takes of them. @throws AzoraError USAGE for an --exclude without a reason */
export function guardInput({ schema = [], table = [], exclude = [], ...flags }: Flags) {
  return {
    schemas: schema,
    tables: table,
    exclude: Object.fromEntries(exclude.map(readExclusion)),
    accountsTable: flags["accounts-table"],
    accountsKey: flags["accounts-key"],
    accountColumn: flags["account-column"],
  };
}

function readExclusion(text: string): [table: string, reason: string] {
  const at = text.indexOf("=");
  const [table, reason] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at > 0 && table !== "" && reason !== "") return [table, reason];
  throw new AzoraError("USAGE", `--exclude ${text} says no reason.`, {
    hint: 'Write --exclude "countries=the same for everybody".',
  });
}
