import { AzoraError } from "../errors.js";
import type { Target } from "./target.js";

type Check = (value: unknown) => string | null;

const text: Check = (value) => (typeof value === "string" && value.trim() !== "" ? null : "a text");
const flag: Check = (value) => (typeof value === "boolean" ? null : "true or false");
const textOrNull: Check = (value) => (value === null ? null : text(value));

function list(of: Check): Check {
  return (value) => (Array.isArray(value) ? (value.map(of).find((wrong) => wrong !== null) ?? null) : "a list");
}

function map(of: Check): Check {
  return (value) =>
    isRecord(value)
      ? (Object.values(value)
          .map(of)
          .find((wrong) => wrong !== null) ?? null)
      : "an object";
}

/** @param fields those that end in `?` may be left out */
function record(fields: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (!isRecord(value)) return "an object";
    const known = Object.keys(fields).map((name) => name.replace("?", ""));
    // A name that nobody reads was meant to say something.
    const strange = Object.keys(value).find((name) => !known.includes(name));
    if (strange !== undefined) return `without "${strange}", which azora doesn't know (it knows ${known.join(", ")})`;
    for (const [field, check] of Object.entries(fields)) {
      const name = field.replace("?", "");
      const isMissing = value[name] === undefined;
      const wrong = isMissing ? (field.endsWith("?") ? null : "there") : check(value[name]);
      if (wrong !== null) return `"${name}": ${wrong}`.replace(/^"([^"]+)": "/, '"$1.');
    }
    return null;
  };
}

const TARGET = record({
  schemas: list(text),
  accountColumn: text,
  "accountColumns?": map(text),
  accounts: record({ table: text, key: text }),
  roles: record({ runtime: list(text), control: list(text), owners: list(text) }),
  context: record({ expressions: list(text), "enter?": textOrNull }),
  "guard?": flag,
  "audit?": flag,
  "exemptions?": list(record({ object: text, "rule?": text, reason: text })),
  "samples?": map(map(text)),
  "connections?": list(text),
});

/**
 * Reads the file that says what a database is held against.
 * @param file its name, for errors
 * @throws AzoraError INVALID_INPUT naming what is wrong: one read amiss would check something else
 */
export function parseTarget(content: string, file: string): Target {
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `The target ${file} is no JSON.`, { cause: error });
  }
  const wrong = TARGET(document);
  if (wrong !== null) {
    throw new AzoraError("INVALID_INPUT", `The target ${file} can't be used: it has to be ${wrong}.`, {
      hint: "It says schemas, accountColumn, accounts { table, key }, roles { runtime, control, owners } and context { expressions }.",
    });
  }
  const target = document as Target;
  return {
    ...{ accountColumns: {}, guard: false, audit: false, exemptions: [] },
    ...target,
    context: { ...target.context, enter: target.context.enter ?? null },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
