import ts from "typescript";

/** The part of JSON Schema that Stripe's types need. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly (string | number | boolean)[];
  readonly pattern?: string;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

export interface SchemaWriterOptions {
  readonly checker: ts.TypeChecker;
  /** Values of `object` that are described whole; of any other resource only its kind is. */
  readonly resources: ReadonlySet<string>;
}

/** Numbers that may have a fraction: everything else in Stripe's API is a whole number. */
const FRACTIONS = /percent|exchange_rate|aggregated_value|^(height|length|weight|width)$/;

/** Turns types of the package into JSON Schema; every named type becomes one definition. */
export class SchemaWriter {
  readonly definitions: Record<string, JsonSchema> = {};
  readonly #names = new Map<ts.Type, string>();
  readonly #checker: ts.TypeChecker;
  readonly #resources: ReadonlySet<string>;

  constructor({ checker, resources }: SchemaWriterOptions) {
    this.#checker = checker;
    this.#resources = resources;
  }

  /** The schema of a type; `name` is the property that has it. */
  schemaOf(type: ts.Type, name = ""): JsonSchema {
    if (type.isUnion()) return this.#union(type, name);
    if (type.flags & ts.TypeFlags.Null) return { type: "null" };
    if (type.flags & ts.TypeFlags.String) return { type: "string" };
    if (type.flags & ts.TypeFlags.Number) return { type: FRACTIONS.test(name) ? "number" : "integer" };
    if (type.flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { enum: [this.#checker.typeToString(type) === "true"] };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { enum: [type.value] };
    if (isOpenString(type)) return { type: "string" };
    if (type.aliasSymbol?.name === "Decimal") return { type: "string", pattern: "^-?\\d+(\\.\\d+)?$" };
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    const [element] = this.#checker.isArrayType(type) ? this.#checker.getTypeArguments(type as ts.TypeReference) : [];
    if (element) return { type: "array", items: this.schemaOf(element, name) };
    return this.#object(type);
  }

  #union(type: ts.UnionType, name: string): JsonSchema {
    const closed = type.types.some((member) => member.isStringLiteral() && member.value !== "");
    // The types leave most unions of strings open for values that Stripe adds later; a pinned version knows its own.
    const members = type.types.filter((member) => !isAbsent(member) && !(closed && isOpenString(member)));
    const holdsId = members.some((member) => member.flags & ts.TypeFlags.String);
    const kept = members.filter((member) => !(holdsId && this.#isForeignResource(member)));
    const values = kept.flatMap((member) => this.schemaOf(member, name).enum ?? []);
    const others = kept
      .filter((member) => this.schemaOf(member, name).enum === undefined)
      .map((member) => this.schemaOf(member, name));
    const isBoolean = values.includes(true) && values.includes(false);
    const anyOf = [
      ...(isBoolean ? [{ type: "boolean" }] : []),
      ...(values.length > 0 && !isBoolean ? [{ enum: values }] : []),
      ...others,
    ];
    const [only] = anyOf;
    return anyOf.length === 1 && only ? only : { anyOf };
  }

  #isForeignResource(type: ts.Type): boolean {
    const kind = this.kindOf(type);
    return kind !== undefined && kind !== "list" && !this.#resources.has(kind);
  }

  /** The value of `object` that a resource carries. */
  kindOf(type: ts.Type): string | undefined {
    const property = type.getProperty("object");
    const kind = property && this.#checker.getTypeOfSymbol(property);
    return kind?.isStringLiteral() ? kind.value : undefined;
  }

  #object(type: ts.Type): JsonSchema {
    if (this.#isForeignResource(type)) return kindOnly(this.kindOf(type));
    const known = this.#names.get(type);
    if (known) return reference(known);
    const name = this.#nameOf(type);
    this.#names.set(type, name);
    this.definitions[name] = {};
    this.definitions[name] = this.#members(type);
    return reference(name);
  }

  #members(type: ts.Type): JsonSchema {
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    for (const symbol of this.#checker.getPropertiesOfType(type)) {
      const valueType = this.#checker.getTypeOfSymbol(symbol);
      if (isAbsent(valueType) || (valueType.isUnion() && valueType.types.every(isAbsent))) continue;
      properties[symbol.name] =
        symbol.name === "previous_attributes" ? previous(this.#propertyNames(valueType)) : this.schemaOf(valueType, symbol.name);
      if (!(symbol.flags & ts.SymbolFlags.Optional)) required.push(symbol.name);
    }
    const index = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    return { type: "object", properties, required, additionalProperties: index ? this.schemaOf(index) : false };
  }

  #propertyNames(type: ts.Type): string[] {
    return this.#checker.getPropertiesOfType(this.#checker.getNonNullableType(type)).map(({ name }) => name);
  }

  #nameOf(type: ts.Type): string {
    const full = this.#checker.typeToString(
      type,
      undefined,
      ts.TypeFormatFlags.UseFullyQualifiedType | ts.TypeFormatFlags.NoTruncation,
    );
    const base = full.startsWith("{") ? "Anonymous" : full.replace(/import\([^)]*\)\./g, "").replace(/[^\w.]+/g, "_");
    let name = base;
    for (let count = 2; name in this.definitions; count += 1) name = `${base}.${count}`;
    return name;
  }
}

function reference(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}

function kindOnly(kind = ""): JsonSchema {
  return { type: "object", properties: { object: { enum: [kind] } }, required: ["object"] };
}

/** What changed, in part: the types say that only of the outermost object. */
function previous(names: readonly string[]): JsonSchema {
  return { type: "object", properties: Object.fromEntries(names.map((name) => [name, {}])), additionalProperties: false };
}

function isAbsent(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void | ts.TypeFlags.Never)) !== 0;
}

/** `string & Record<never, never>`: how the package writes "or any other string". */
function isOpenString(type: ts.Type): boolean {
  return type.isIntersection() && type.types.some((member) => (member.flags & ts.TypeFlags.String) !== 0);
}
