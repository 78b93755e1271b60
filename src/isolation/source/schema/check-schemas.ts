import type { Target } from "../../target.js";
import { sameName } from "../names.js";
import type { Place, Survey } from "../source-rule.js";
import { UNREADABLE } from "../unreadable.js";
import { findBlocks } from "./blocks.js";
import { checkModels } from "./check-models.js";
import type { PlacedBlock } from "./placed-block.js";
import { parseSchema, type SchemaFile } from "./prisma-schema.js";
import { FOREIGN_KEYS } from "./rules.js";
import { readModels } from "./schema-models.js";

/**
 * Holds Prisma schema files against the rules.
 * @returns how many models of tenants were among them
 */
export function checkSchemas(files: readonly SchemaFile[], target: Target, survey: Survey): number {
  let tenantModels = 0;
  const { schemas, strays } = groupFiles(files);
  for (const { path } of strays) {
    survey.count(UNREADABLE);
    survey.add(unreadable({ file: path, line: 1 }, "It has no datasource, and which schema it belongs to can't be told."));
  }
  for (const schema of schemas) {
    for (const _ of schema) survey.count(UNREADABLE);
    try {
      tenantModels += checkSchema(schema, target, survey);
    } catch (error) {
      const message = (error as Error).message;
      survey.add(unreadable(placeIn(message) ?? { file: String(schema[0]?.path), line: 1 }, message));
    }
  }
  return tenantModels;
}

function checkSchema(files: readonly SchemaFile[], target: Target, survey: Survey): number {
  const read = readModels(files, parseSchema(files), target);
  for (const block of read.blocks) if (block.kind === "datasource") checkDatasource(block, survey);
  const accounts = read.models.find(({ table }) => sameName(table, target.accounts.table));
  checkModels(read, { accounts, guard: target.guard, survey });
  return read.models.filter(({ isTenants }) => isTenants).length;
}

function checkDatasource({ file, line, members }: PlacedBlock, survey: Survey): void {
  survey.count(FOREIGN_KEYS);
  const provider = setting("provider");
  const mode = setting("relationMode");
  if (provider?.value === "postgresql" && (mode === undefined || mode.value === "foreignKeys")) return;
  const wrong = provider?.value === "postgresql" ? mode : provider;
  survey.add({
    rule: FOREIGN_KEYS,
    place: { file, line: wrong?.line ?? line },
    allows: "Relations hold only as long as every write goes through this client: rows of a deleted account stay behind.",
    evidence: wrong ? wrong.text : "The datasource names no provider.",
    fix: null,
  });

  function setting(name: string) {
    const member = members.find((each) => each.name === name);
    return member && { ...member, value: /"(.*?)"/.exec(member.text)?.[1] };
  }
}

/** A file with a datasource is a schema, together with the files at its side and below that have none. */
function groupFiles(files: readonly SchemaFile[]): { readonly schemas: SchemaFile[][]; readonly strays: SchemaFile[] } {
  const isRoot = ({ content }: SchemaFile) => findBlocks(content).some(({ kind }) => kind === "datasource");
  const roots = files.filter(isRoot);
  const parts = files.filter((file) => !roots.includes(file));
  const rootOf = (part: SchemaFile) => {
    const above = roots.length === 1 ? roots : roots.filter(({ path }) => part.path.startsWith(directoryOf(path)));
    return above.length === 1 ? above[0] : undefined;
  };
  return {
    schemas: roots.map((root) => [root, ...parts.filter((part) => rootOf(part) === root)]),
    strays: parts.filter((part) => rootOf(part) === undefined),
  };
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function unreadable(place: Place, evidence: string) {
  return { rule: UNREADABLE, place, allows: "Nothing in it was checked.", evidence, fix: null };
}

/** Prisma's message says where: ` -->  prisma/tenant.prisma:12`. */
function placeIn(message: string): Place | undefined {
  const [, file, line] = /-->\s+(.+):(\d+)/.exec(message) ?? [];
  return file === undefined ? undefined : { file, line: Number(line) };
}
