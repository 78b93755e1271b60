import { inspect } from "node:util";
import type { Operation, Program, Step } from "./program.js";

/** A program as code that a reader follows, and can nearly paste. */
export function render({ schedule, ids, tenants }: Program): string {
  const parts = tenants.map((steps, tenant) => {
    const lines = steps.map((step, index) => `${indent(stepCode(step, index))}\n`);
    return `async function tenant${"ABC"[tenant]}(db: (actor: string) => TenantClient) {\n${lines.join("")}}\n`;
  });
  return `// schedule: ${schedule}, ids: ${ids}\n${parts.join("\n")}`;
}

function stepCode(step: Step, index: number): string {
  const db = `db("actor ${index}")`;
  switch (step.kind) {
    case "single":
      return `await ${operationCode(step.operation, db)};`;
    case "batch":
      return `await ${db}.$transaction([\n${list(step.operations, "db")}\n], { isolationLevel: "${step.isolation}" });`;
    case "interactive": {
      const ends = {
        commit: "",
        throw: '\n  throw new Error("thrown");',
        timeout: "\n  // waits for its timeout",
        kill: "\n  // the server ends the session",
      };
      const caught = step.swallow ? ".catch(ignore)" : "";
      const body = step.operations.map((operation) => `  await ${operationCode(operation, "tx")}${caught};`).join("\n");
      return `await ${db}.$transaction(async (tx) => {\n${body}${ends[step.end]}\n}, { isolationLevel: "${step.isolation}" });`;
    }
    case "tick":
      return `await Promise.all([ // ${step.oneClient ? "one client" : "a client each"}\n${list(step.operations, db)}\n]);`;
    case "killed":
      return `await ${db}.$queryRaw\`… pg_sleep(20)\`; // ${step.write ? "in an INSERT; " : ""}the server ends the session meanwhile`;
    case "suspended":
      return `// suspended${step.readOnly ? ", read-only" : ""}\n${step.operations.map((one) => `await ${operationCode(one, db)};`).join("\n")}\n// resumed`;
  }
}

function operationCode(operation: Operation, door: string): string {
  if (operation.kind === "raw") {
    const values = operation.values.map((value) => `, ${inspect(value)}`).join("");
    return `${door}.${operation.door}(\`${operation.sql}\`${values})`;
  }
  return `${door}.${operation.model}.${operation.method}(${inspect(JSON.parse(JSON.stringify(operation.args)), { depth: null, breakLength: 110 })})`;
}

function list(operations: readonly Operation[], door: string): string {
  return operations.map((operation) => `  ${operationCode(operation, door)},`).join("\n");
}

function indent(code: string): string {
  return code.replace(/^/gm, "  ");
}
