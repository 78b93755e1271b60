import prismaSchemaWasm from "@prisma/prisma-schema-wasm";

/** A schema file: its path as it was given, and its text. */
export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/** The part of Prisma's data model (DMMF) that is looked at. */
export interface DataModel {
  readonly models: readonly DataModelModel[];
  /** Keys with and without uniqueness; partial ones and those of unsupported types are only here. */
  readonly indexes: readonly DataModelIndex[];
}

export interface DataModelModel {
  readonly name: string;
  readonly dbName: string | null;
  readonly schema: string | null;
  readonly fields: readonly DataModelField[];
}

export interface DataModelIndex {
  readonly model: string;
  readonly type: "id" | "unique" | "normal" | "fulltext";
  readonly isDefinedOnField: boolean;
  readonly fields: readonly { readonly name: string }[];
}

export interface DataModelField {
  readonly name: string;
  readonly dbName?: string | null;
  readonly kind: "scalar" | "object" | "enum" | "unsupported";
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly relationName?: string;
  readonly relationFromFields?: readonly string[];
  readonly relationToFields?: readonly string[];
  readonly relationOnDelete?: string;
  readonly relationOnUpdate?: string;
}

/**
 * What Prisma's own parser reads in the files of one schema, offline.
 * @throws Error with Prisma's message, colours left out, when they aren't a valid schema
 */
export function parseSchema(files: readonly SchemaFile[]): DataModel {
  const prismaSchema = files.map(({ path, content }) => [path, content]);
  try {
    return JSON.parse(prismaSchemaWasm.get_dmmf(JSON.stringify({ prismaSchema, noColor: true }))).datamodel as DataModel;
  } catch (error) {
    throw new Error(messageOf(error));
  }
}

/** The engine throws JSON as text. */
function messageOf(error: unknown): string {
  const text = String((error as Error)?.message ?? error);
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
