import type { Target } from "../../target.js";
import { accountColumn, isTenantTable, qualified } from "../names.js";
import type { Place } from "../source-rule.js";
import { findBlocks } from "./blocks.js";
import { type Hidden, hiddenIn } from "./hidden.js";
import { isModel, type PlacedBlock, place } from "./placed-block.js";
import type { DataModel, DataModelField, DataModelModel, SchemaFile } from "./prisma-schema.js";

/** A model or view of a schema, as the rules look at it. */
export interface Model {
  readonly name: string;
  readonly kind: "model" | "view";
  readonly place: Place;
  readonly table: string;
  readonly isTenants: boolean;
  readonly accountColumn: string;
  /** The field that is mapped to the account's column; undefined where Prisma knows none. */
  readonly account: Field | undefined;
  readonly keys: readonly Key[];
  readonly relations: readonly Relation[];
}

export interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  readonly place: Place;
}

export interface Key {
  readonly fields: readonly string[];
  readonly place: Place;
}

/** A field that holds another model's row or rows. */
export interface Relation {
  readonly name: string;
  readonly field: string;
  readonly place: Place;
  readonly to: string;
  readonly isList: boolean;
  /** The foreign key's fields; none on the side that is referred to. */
  readonly fields: readonly string[];
  readonly references: readonly string[];
  readonly onDelete: string | undefined;
  readonly onUpdate: string | undefined;
}

export interface SchemaModels {
  readonly models: readonly Model[];
  readonly hidden: readonly Hidden[];
  readonly blocks: readonly PlacedBlock[];
}

/** Puts what Prisma's parser says and where it stands together. */
export function readModels(files: readonly SchemaFile[], dataModel: DataModel, target: Target): SchemaModels {
  const blocks = files.flatMap(({ path, content }) => findBlocks(content).map((block) => ({ ...block, file: path })));
  const byName = new Map(blocks.filter(isModel).map((block) => [block.name, block]));
  return {
    blocks,
    models: dataModel.models.flatMap((model) => {
      const block = byName.get(model.name);
      return block ? [readModel({ model, block, dataModel, target })] : [];
    }),
    hidden: blocks.filter(isModel).flatMap((block) => hiddenIn(block, byName, target)),
  };
}

interface Source {
  readonly model: DataModelModel;
  readonly block: PlacedBlock;
  readonly dataModel: DataModel;
  readonly target: Target;
}

function readModel({ model, block, dataModel, target }: Source): Model {
  const table = qualified(model.schema ?? "public", model.dbName ?? model.name);
  const column = accountColumn(table, target);
  const placeOf = (name: string) =>
    place(
      block,
      block.members.find((member) => member.name === name),
    );
  const account = model.fields.find((field) => (field.dbName ?? field.name) === column && field.kind !== "object");
  return {
    name: model.name,
    kind: block.kind === "view" ? "view" : "model",
    place: place(block),
    table,
    isTenants: isTenantTable(table, target),
    accountColumn: column,
    account: account && { name: account.name, isRequired: account.isRequired && !account.isList, place: placeOf(account.name) },
    keys: dataModel.indexes
      .filter((index) => index.model === model.name && index.type !== "normal" && index.type !== "fulltext")
      .map(({ fields, type, isDefinedOnField }) => {
        const names = fields.map(({ name }) => name);
        return { fields: names, place: isDefinedOnField ? placeOf(String(names[0])) : keyPlace(block, type, names) };
      }),
    relations: model.fields.filter(({ kind }) => kind === "object").map((field) => relation(field, placeOf(field.name))),
  };
}

function relation(field: DataModelField, where: Place): Relation {
  return {
    name: field.relationName ?? "",
    field: field.name,
    place: where,
    to: field.type,
    isList: field.isList,
    fields: field.relationFromFields ?? [],
    references: field.relationToFields ?? [],
    onDelete: field.relationOnDelete,
    onUpdate: field.relationOnUpdate,
  };
}

/** `@@unique([accountId, number])`, found by its fields: a model may have several. */
function keyPlace(block: PlacedBlock, type: string, names: readonly string[]): Place {
  const attributes = block.members.filter(({ name }) => name === `@@${type}`);
  const member = attributes.find(({ text }) => {
    const list = /\[(.*?)\]/.exec(text)?.[1] ?? "";
    return (
      list
        .split(",")
        .map((each) => /\w+/.exec(each)?.[0])
        .join() === names.join()
    );
  });
  return place(block, member ?? attributes[0]);
}
