import { string } from "@oclif/core/flags";
import { switchFlag } from "./flags.js";

/** What is looked at and how deep: the same for checking, reporting and packing. */
export const isolationFlags = {
  target: string({ description: "What to hold the database against (JSON); azora's own schema otherwise.", helpValue: "FILE" }),
  "owner-url-file": string({
    description: "Another database: file with the connection string of a login that sees everything.",
    helpValue: "FILE",
    exclusive: ["migrations"],
  }),
  migrations: string({
    description: "No database: apply these migrations to a throwaway one inside azora, and check that.",
    helpValue: "DIR",
  }),
  schema: string({ description: "Prisma schema to check as well: file, directory or glob.", helpValue: "FILE", multiple: true }),
  source: string({
    description: "Application source to check as well: file, directory or glob.",
    helpValue: "FILE",
    multiple: true,
  }),
  "static-only": switchFlag({ description: "Read the catalog and try nothing." }),
  "self-test": switchFlag({
    description: "Break each guarantee on purpose, rolled back, and see the check go red.",
    exclusive: ["static-only"],
  }),
  baseline: string({ description: "Findings that are accepted until a day, each with its reason (JSON).", helpValue: "FILE" }),
};

interface Flags {
  readonly target?: string | undefined;
  readonly "owner-url-file"?: string | undefined;
  readonly migrations?: string | undefined;
  readonly schema?: readonly string[] | undefined;
  readonly source?: readonly string[] | undefined;
  readonly "static-only": boolean;
  readonly "self-test": boolean;
  readonly baseline?: string | undefined;
}

/** What an operation takes of them. */
export function isolationSubject({ target, migrations, schema = [], source = [], baseline, ...flags }: Flags) {
  return {
    targetFile: target,
    ownerUrlFile: flags["owner-url-file"],
    migrationsDirectory: migrations,
    schemas: schema,
    sources: source,
    staticOnly: flags["static-only"],
    selfTest: flags["self-test"],
    baselineFile: baseline,
    directory: process.cwd(),
  };
}
