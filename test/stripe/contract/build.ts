import { join } from "node:path";
import ts from "typescript";
import { type JsonSchema, SchemaWriter } from "./json-schema.js";
import { PACKAGE } from "./package.js";
import { readRoutes, type SourceRoute } from "./routes.js";

/** One request that Stripe's API knows: what may be sent, and what comes back. */
export interface ContractRoute {
  readonly method: SourceRoute["method"];
  readonly path: string;
  /** As the package names it: `SubscriptionResource.create`. */
  readonly name: string;
  readonly params: JsonSchema;
  readonly answer: JsonSchema;
}

export interface ContractDocument {
  readonly apiVersion: string;
  readonly routes: readonly ContractRoute[];
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** Files of the package that the contract is made of, less the version 2 API, which speaks JSON and which azora doesn't use. */
const RESOURCES = [
  "Accounts",
  "Balance",
  "Billing/MeterEventSummaries",
  "Billing/MeterEvents",
  "Billing/Meters",
  "BillingPortal/Configurations",
  "BillingPortal/Sessions",
  "Charges",
  "Customers",
  "Events",
  "InvoiceItems",
  "InvoicePayments",
  "Invoices",
  "PaymentIntents",
  "PaymentMethods",
  "Prices",
  "Products",
  "SubscriptionItems",
  "Subscriptions",
  "TestHelpers/TestClocks",
] as const;

/** Of accounts only the key's own is read: the rest is for platforms. */
const UNUSED = /^AccountResource\.(?!retrieve(Current)?$)/;

/** Objects that the counterpart has, and that can so stand where an id was asked to be expanded. */
const KNOWN = new Set([
  "account",
  "balance",
  "billing.meter",
  "billing.meter_event",
  "billing.meter_event_summary",
  "billing_portal.configuration",
  "billing_portal.session",
  "charge",
  "customer",
  "event",
  "invoice",
  "invoice_payment",
  "invoiceitem",
  "line_item",
  "payment_intent",
  "payment_method",
  "plan",
  "price",
  "product",
  "subscription",
  "subscription_item",
  "test_helpers.test_clock",
]);

/** Makes the contract from the installed package: a few seconds, always with the same outcome. */
export function buildContract(): ContractDocument {
  const files = RESOURCES.map((name) => join(PACKAGE, "resources", `${name}.d.ts`));
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const writer = new SchemaWriter({ checker, resources: KNOWN });
  const routes = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    if (!source) throw new Error(`The package has no ${file}.`);
    const sent = readRoutes(file.replace(/\.d\.ts$/, ".js")).filter(
      ({ className, methodName }) => !UNUSED.test(`${className}.${methodName}`),
    );
    return sent.map((route) => describe(route, { source, checker, writer }));
  });
  return { apiVersion: apiVersion(program), routes, definitions: writer.definitions };
}

interface Tools {
  readonly source: ts.SourceFile;
  readonly checker: ts.TypeChecker;
  readonly writer: SchemaWriter;
}

function describe(route: SourceRoute, { source, checker, writer }: Tools): ContractRoute {
  const declaration = source.statements.filter(ts.isClassDeclaration).find(({ name }) => name?.text === route.className);
  const member = declaration?.members.filter(ts.isMethodDeclaration).findLast(({ name }) => name.getText() === route.methodName);
  if (!member?.type) throw new Error(`${route.className}.${route.methodName} has no type.`);
  const paramsNode = member.parameters.find(({ name }) => name.getText() === "params")?.type;
  const params = paramsNode ? writer.schemaOf(checker.getTypeFromTypeNode(paramsNode)) : emptyObject();
  return {
    method: route.method,
    path: route.path,
    name: `${route.className}.${route.methodName}`,
    params,
    answer: answerOf(member.type, { checker, writer }),
  };
}

function answerOf(node: ts.TypeNode, { checker, writer }: Pick<Tools, "checker" | "writer">): JsonSchema {
  const [inner] = typeArguments(node);
  if (!inner) throw new Error(`An answer of another form: ${node.getText()}`);
  if (nameOf(node) === "ApiListPromise") return list(answerElement(inner, { checker, writer }));
  if (nameOf(node) === "ApiSearchResultPromise") return {};
  const [wrapped] = typeArguments(inner);
  return wrapped ? answerElement(wrapped, { checker, writer }) : emptyObject();
}

/** An event's object is known by its type; of the some 250 types only those of known objects are kept. */
function answerElement(node: ts.TypeNode, { checker, writer }: Pick<Tools, "checker" | "writer">): JsonSchema {
  const type = checker.getTypeFromTypeNode(node);
  if (!(type.isUnion() && type.aliasSymbol?.name === "Event")) return writer.schemaOf(type);
  const known = type.types.filter((member) => {
    const data = member.getProperty("data");
    const object = data && checker.getTypeOfSymbol(data).getProperty("object");
    const kind = object && writer.kindOf(checker.getTypeOfSymbol(object));
    return kind !== undefined && KNOWN.has(kind);
  });
  return { anyOf: known.map((member) => writer.schemaOf(member)) };
}

function list(element: JsonSchema): JsonSchema {
  return {
    type: "object",
    properties: {
      object: { enum: ["list"] },
      data: { type: "array", items: element },
      has_more: { type: "boolean" },
      url: { type: "string" },
    },
    required: ["object", "data", "has_more", "url"],
    additionalProperties: false,
  };
}

function emptyObject(): JsonSchema {
  return { type: "object", properties: {}, required: [], additionalProperties: false };
}

function typeArguments(node: ts.TypeNode): readonly ts.TypeNode[] {
  return ts.isTypeReferenceNode(node) ? (node.typeArguments ?? []) : [];
}

function nameOf(node: ts.TypeNode): string {
  return ts.isTypeReferenceNode(node) ? node.typeName.getText() : "";
}

function apiVersion(program: ts.Program): string {
  const file = join(PACKAGE, "apiVersion.d.ts");
  const text = program.getSourceFile(file)?.text ?? ts.sys.readFile(file) ?? "";
  const version = /ApiVersion = "([^"]+)"/.exec(text)?.[1];
  if (!version) throw new Error("The package doesn't say which API version it speaks.");
  return version;
}
