import type { Operator } from "../../control-plane/operator.js";
import type { WhoAmI } from "../../control-plane/who-am-i.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

function state({ disabledAt, expiresAt }: Operator): string {
  if (disabledAt) return "disabled";
  return expiresAt && expiresAt <= new Date() ? "expired" : "enabled";
}

export function operatorTable(output: Output, operators: readonly Operator[]): string {
  return renderTable(
    output,
    [
      { title: "LOGIN", value: ({ login }) => login },
      { title: "ROLE", value: ({ role }) => role },
      { title: "STATE", value: state, paint: (text, colour) => (text === "enabled" ? colour.green(text) : colour.yellow(text)) },
      { title: "EXPIRES", value: ({ expiresAt }) => expiresAt },
      { title: "CREATED", value: ({ createdAt }) => createdAt, canDrop: true },
      { title: "BY", value: ({ createdBy }) => createdBy, canDrop: true },
    ],
    operators,
  );
}

export function credentials(
  output: Output,
  { login, password, file }: { readonly login: string; readonly password: string | null; readonly file: string | undefined },
): string {
  return renderDetails(output, [
    { label: "Login", value: login },
    ...(file ? [{ label: "Password in", value: file }] : [{ label: "Password", value: password ?? "none needed" }]),
  ]);
}

export function whoAmIDetails(
  output: Output,
  { login, role, expiresAt, database, context }: WhoAmI & { readonly context: string | null },
): string {
  return renderDetails(output, [
    { label: "Login", value: login },
    { label: "Role", value: role ?? "on no list of operators" },
    ...(expiresAt ? [{ label: "Expires", value: expiresAt }] : []),
    ...(context === null ? [] : [{ label: "Context", value: context }]),
    { label: "Database", value: database },
  ]);
}
