import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { ContractDocument, ContractRoute } from "./build.js";
import type { JsonSchema } from "./json-schema.js";
import { PACKAGE } from "./package.js";

const here = dirname(fileURLToPath(import.meta.url));

/** Codes that Stripe gives and its types don't list. */
const UNLISTED_CODES = new Set(["more_permissions_required", "subscription_payment_intent_requires_action"]);

/** What the installed `stripe` package says of Stripe's API, and a judge of traffic by it. */
export class Contract {
  readonly apiVersion: string;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
  readonly #routes: ReadonlyMap<string, ContractRoute>;
  readonly #ajv: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  private constructor(document: ContractDocument) {
    this.apiVersion = document.apiVersion;
    this.definitions = document.definitions;
    this.#routes = new Map(document.routes.map((route) => [`${route.method} ${route.path.replace(/\{\w+\}/g, "{}")}`, route]));
    // The definitions are made by us, so that checking them again only costs time.
    this.#ajv = new Ajv({ validateSchema: false, inlineRefs: false, allErrors: false, strict: false, code: { optimize: false } });
    this.#ajv.addSchema({ $id: "stripe", definitions: document.definitions });
  }

  static #loaded: Promise<Contract> | undefined;

  /** The contract of the installed package; made once for a version of it, read from then on. */
  static load(): Promise<Contract> {
    Contract.#loaded ??= (async () => new Contract(readCached() ?? (await buildAndCache())))();
    return Contract.#loaded;
  }

  /** The route of a path with `{id}` for its variable parts, whatever they are called. */
  route(method: string, path: string): ContractRoute | undefined {
    return this.#routes.get(`${method} ${path.replace(/\{\w+\}/g, "{}")}`);
  }

  /** The route of a request as it was sent; a fixed path goes before one with an id in its place. */
  match(method: string, pathname: string): ContractRoute | undefined {
    const parts = pathname.split("/");
    const fits = (route: ContractRoute) => {
      const wanted = route.path.split("/");
      return (
        route.method === method &&
        wanted.length === parts.length &&
        wanted.every((part, at) => part.startsWith("{") || part === parts[at])
      );
    };
    const found = [...this.#routes.values()].filter(fits);
    return found.find(({ path }) => path === pathname) ?? found[0];
  }

  /** Compiles what most answers are made of, so that no request has to wait for it. */
  warm(): void {
    for (const path of ["/v1/customers/{id}", "/v1/events"]) {
      const route = this.route("GET", path);
      if (route) this.judgeAnswer(route, {});
    }
  }

  /** What is wrong with parameters, decoded; empty if nothing is. */
  judgeRequest(route: ContractRoute, params: unknown): string[] {
    return this.#judge(`${route.name} params`, route.params, params);
  }

  /** What is wrong with an answer; empty if nothing is. */
  judgeAnswer(route: ContractRoute, answer: unknown): string[] {
    return this.#judge(`${route.name} answer`, route.answer, answer);
  }

  /** What is wrong with the `error` of an answer; empty if nothing is. The types describe it where an invoice keeps its last one. */
  judgeError(error: { readonly code?: string }): string[] {
    const { code, ...rest } = error;
    const listed = code === undefined || UNLISTED_CODES.has(code) ? rest : error;
    return this.#judge("error", { $ref: "#/definitions/Invoice.LastFinalizationError" }, listed);
  }

  #judge(name: string, schema: JsonSchema, value: unknown): string[] {
    let validate = this.#compiled.get(name);
    if (!validate) {
      validate = this.#ajv.compile(absolute(schema));
      this.#compiled.set(name, validate);
    }
    return validate(value) ? [] : mostSpecific(validate.errors ?? []).map((error) => `${name}: ${describe(error)}`);
  }
}

/** An error deep inside says more than that none of the alternatives above it fits. */
function mostSpecific(errors: readonly ErrorObject[]): ErrorObject[] {
  const depth = (error: ErrorObject) => error.instancePath.split("/").length;
  const deepest = Math.max(...errors.map(depth));
  return errors.filter((error) => depth(error) === deepest);
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const detail =
    "additionalProperty" in params
      ? ` (${params.additionalProperty})`
      : "allowedValues" in params
        ? ` (${params.allowedValues})`
        : "";
  return `${instancePath || "/"} ${message}${detail}`;
}

function absolute(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"stripe#/'));
}

/** Named by all that the contract is made of: another package or another maker is another file. */
function cacheFile(): string {
  const hash = createHash("sha256").update(readFileSync(join(PACKAGE, "..", "package.json")));
  for (const file of ["build.ts", "json-schema.ts", "package.ts", "routes.ts"]) hash.update(readFileSync(join(here, file)));
  return join(PACKAGE, "..", "..", ".cache", "azora", `stripe-${hash.digest("hex").slice(0, 16)}.json`);
}

function readCached(): ContractDocument | undefined {
  try {
    return JSON.parse(readFileSync(cacheFile(), "utf8"));
  } catch {
    return undefined; // not made yet
  }
}

async function buildAndCache(): Promise<ContractDocument> {
  const { buildContract } = await import("./build.js"); // the compiler takes a second to load alone
  const document = buildContract();
  const file = cacheFile();
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(document));
  renameSync(draft, file); // whole or not there, for whoever reads it now
  return document;
}
