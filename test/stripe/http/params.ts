import type { JsonSchema } from "../contract/json-schema.js";
import { invalidParams, type StripeFault } from "../world/stripe-fault.js";
import type { Form } from "./form.js";

export type Definitions = Readonly<Record<string, JsonSchema>>;

/**
 * Turns a form's strings into what the parameter's type in the contract says, and refuses
 * what doesn't fit, in Stripe's words.
 * @throws StripeFault 400 naming the parameter
 */
export function decodeParams(definitions: Definitions, schema: JsonSchema, form: Form): unknown {
  return decode({ definitions, path: "" }, schema, form);
}

interface Place {
  readonly definitions: Definitions;
  /** As Stripe names a parameter: `items[0][price]`. */
  readonly path: string;
}

function decode(place: Place, given: JsonSchema, value: string | Form): unknown {
  const schema = resolve(place.definitions, given);
  if (schema.anyOf) return decodeAny(place, schema.anyOf, value);
  if (typeof value === "object") {
    if (schema.type === "array" && schema.items) return decodeArray(place, schema.items, value);
    if (schema.type === "object") return decodeObject(place, schema, value);
    throw invalidParams(`Invalid string: ${JSON.stringify(value)}`, { param: place.path });
  }
  return decodeLeaf(place, schema, value);
}

function decodeLeaf({ path }: Place, schema: JsonSchema, value: string): unknown {
  if (schema.enum) {
    const found = schema.enum.find((allowed) => String(allowed) === value);
    if (found === undefined) throw invalidParams(`Invalid ${path}: must be ${oneOf(schema.enum)}`, { param: path });
    return found;
  }
  if (schema.type === "string") {
    if (schema.pattern && !new RegExp(schema.pattern).test(value))
      throw invalidParams(`Invalid decimal: ${value}`, { param: path });
    return value;
  }
  if (schema.type === "integer" && /^-?\d+$/.test(value)) return Number(value);
  if (schema.type === "number" && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (schema.type === "boolean" && /^(true|false)$/.test(value)) return value === "true";
  if (schema.type === "null" && value === "") return "";
  const code = schema.type === "integer" ? { code: "parameter_invalid_integer" } : {};
  throw invalidParams(`Invalid ${schema.type === "number" ? "decimal" : schema.type}: ${value}`, { ...code, param: path });
}

/** The first alternative that fits; if none does, the error of the one that went furthest. */
function decodeAny(place: Place, alternatives: readonly JsonSchema[], value: string | Form): unknown {
  let fault: StripeFault | undefined;
  for (const alternative of alternatives) {
    try {
      return decode(place, alternative, value);
    } catch (error) {
      const found = error as StripeFault;
      const deeper = (found.body.param?.length ?? 0) > (fault?.body.param?.length ?? 0);
      if (!fault || deeper || resolve(place.definitions, alternative).type === typeof value) fault = found;
    }
  }
  throw fault ?? invalidParams("Invalid value", { param: place.path });
}

function decodeArray(place: Place, items: JsonSchema, value: Form): unknown[] {
  const keys = Object.keys(value);
  if (!keys.every((key) => /^\d+$/.test(key))) throw invalidParams("Invalid array", { param: place.path });
  return keys
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => decode({ ...place, path: `${place.path}[${key}]` }, items, value[key] ?? ""));
}

function decodeObject(place: Place, schema: JsonSchema, value: Form): Record<string, unknown> {
  const unknown = Object.keys(value).filter((name) => !schema.properties?.[name] && !schema.additionalProperties);
  if (unknown.length > 0) {
    const names = unknown.map((name) => join(place.path, name));
    const plural = names.length > 1 ? "parameters" : "parameter";
    throw invalidParams(`Received unknown ${plural}: ${names.join(", ")}`, { code: "parameter_unknown", param: names[0] ?? "" });
  }
  for (const name of schema.required ?? []) {
    if (!(name in value)) {
      const param = join(place.path, name);
      throw invalidParams(`Missing required param: ${param}.`, { code: "parameter_missing", param });
    }
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const type = schema.properties?.[name] ?? (schema.additionalProperties as JsonSchema);
      return [name, decode({ ...place, path: join(place.path, name) }, type, inner)];
    }),
  );
}

/** What a reference stands for. */
export function resolve(definitions: Definitions, schema: JsonSchema): JsonSchema {
  return schema.$ref ? (definitions[schema.$ref.slice("#/definitions/".length)] ?? {}) : schema;
}

function join(path: string, name: string): string {
  return path ? `${path}[${name}]` : name;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.slice(0, -1).join(", ")}, or ${values.at(-1)}`;
}
