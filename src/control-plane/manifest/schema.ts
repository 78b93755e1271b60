import { EMAIL, SLUG } from "../input.js";

export type JsonType = "string" | "number" | "boolean" | "array" | "object" | "null";

/** The part of JSON Schema (2020-12) that is used here: as much as validate() knows. */
export interface Schema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  /** Shown by editors, and by azora when the rule is broken. */
  readonly description?: string;
  readonly type?: readonly JsonType[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Schema;
}

const tenant: Schema = {
  type: ["object"],
  required: ["slug", "name", "ownerEmail"],
  additionalProperties: false,
  properties: {
    slug: {
      type: ["string"],
      pattern: SLUG.source,
      description: "Short name that tells tenants apart: 1 to 63 lower-case letters, digits and hyphens, no hyphen at the ends.",
    },
    name: {
      type: ["string"],
      pattern: "\\S",
      maxLength: 200,
      description: "Name of the tenant, for people: 1 to 200 characters.",
    },
    ownerEmail: {
      type: ["string"],
      pattern: EMAIL.source,
      maxLength: 254,
      description: "E-mail address of the vendor's contact; a new tenant's first user, with the role owner, has it too.",
    },
    plan: {
      type: ["string"],
      pattern: "\\S",
      description: "Code of the plan. Left out: free for a new tenant, as it is for another.",
    },
    status: {
      type: ["string"],
      enum: ["active", "suspended"],
      description: "active or suspended. Left out: active for a new tenant, as it is for another.",
    },
    region: {
      type: ["string", "null"],
      pattern: SLUG.source,
      description: "Where it is kept, as you name it: lower-case letters, digits and hyphens. null: nowhere. Left out: as it is.",
    },
    metadata: {
      type: ["object"],
      additionalProperties: { $ref: "#/$defs/value" },
      description: "What the vendor keeps with it: any keys, no nulls. Given, it is all there is; left out, it stays as it is.",
    },
  },
};

/** What `tenant:apply` reads: for editors, and what validate() goes by. */
export const MANIFEST_SCHEMA: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Tenants for azora tenant:apply",
  type: ["object"],
  required: ["tenants"],
  additionalProperties: false,
  properties: {
    $schema: { type: ["string"], description: "Where this schema is, for editors." },
    tenants: { type: ["array"], items: tenant, description: "All tenants that this file is about." },
  },
  $defs: {
    value: {
      type: ["string", "number", "boolean", "array", "object"],
      items: { $ref: "#/$defs/value" },
      additionalProperties: { $ref: "#/$defs/value" },
      description: "Any JSON value but null.",
    },
  },
};
