import { nearest } from "../../nearest.js";
import { type JsonType, MANIFEST_SCHEMA, type Schema } from "./schema.js";

export type Path = readonly (string | number)[];

/** Something in a document that the schema doesn't allow. */
export interface Fault {
  readonly path: Path;
  /** Whether the key is wrong, or what stands behind it. */
  readonly at: "key" | "value";
  readonly message: string;
}

/**
 * Holds a document against the schema.
 * @returns every fault, in the order of the document
 */
export function validate(value: unknown, schema: Schema = MANIFEST_SCHEMA, path: Path = []): Fault[] {
  const rules = schema.$ref ? (MANIFEST_SCHEMA.$defs?.[schema.$ref.replace("#/$defs/", "")] ?? schema) : schema;
  const fault = (message: string): Fault[] => [{ path, at: "value", message }];
  const type = typeOf(value);
  if (rules.type && (type === undefined || !rules.type.includes(type))) return fault(wrongType(value, path, rules));
  if (typeof value === "string")
    return isAllowed(value, rules) ? [] : fault(`${JSON.stringify(value)} is no ${label(path)}. ${rules.description}`);
  if (Array.isArray(value)) {
    const { items } = rules;
    return items ? value.flatMap((each, at) => validate(each, items, [...path, at])) : [];
  }
  return type === "object" ? validateObject(value as Record<string, unknown>, rules, path) : [];
}

function validateObject(value: Readonly<Record<string, unknown>>, rules: Schema, path: Path): Fault[] {
  const { properties = {}, required = [], additionalProperties } = rules;
  const missing = required
    .filter((key) => !Object.hasOwn(value, key))
    .map((key): Fault => ({ path, at: "value", message: `${key} is missing. ${properties[key]?.description ?? ""}`.trim() }));
  const present = Object.entries(value).flatMap(([key, each]): Fault[] => {
    const known = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (known === false) return [{ path: [...path, key], at: "key", message: unknownKey(key, Object.keys(properties)) }];
    return known ? validate(each, known, [...path, key]) : [];
  });
  return [...missing, ...present];
}

function isAllowed(value: string, { pattern, maxLength = Number.POSITIVE_INFINITY, enum: values }: Schema): boolean {
  // By characters, as JSON Schema and PostgreSQL count, not by UTF-16's units.
  if ([...value].length > maxLength) return false;
  return (pattern === undefined || new RegExp(pattern, "u").test(value)) && (values === undefined || values.includes(value));
}

/** @returns undefined for what JSON doesn't have */
function typeOf(value: unknown): JsonType | undefined {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isFinite(value) ? "number" : undefined;
  const type = typeof value;
  return type === "string" || type === "boolean" || type === "object" ? type : undefined;
}

function wrongType(value: unknown, path: Path, { type = [] }: Schema): string {
  const wanted = type.map((each) => NAMES[each]).join(" or ");
  const found = typeOf(value);
  // 007 and 1e3 are numbers to YAML, and true is no text.
  const quote = type.includes("string") && (found === "number" || found === "boolean") ? " Put it in quotes." : "";
  return `${label(path)} has to be ${wanted}, and is ${found ? NAMES[found] : "no JSON value"}.${quote}`;
}

const NAMES: Readonly<Record<JsonType, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  null: "null",
};

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `Unknown key "${key}"${meant ? `: did you mean ${meant}?` : `; known are ${known.join(", ")}.`}`;
}

function label(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "The document";
  return typeof last === "string" ? last : path.length > 2 ? "An element" : "A tenant";
}
