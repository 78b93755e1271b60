/** Names that only the database, or the list of contexts, knows. */
export type NameKind = "tenants" | "operators" | "plans" | "contexts";

/** What may stand in one place of a command line. */
export type Expected =
  | { readonly kind: "options"; readonly options: readonly string[] }
  | { readonly kind: "names"; readonly names: NameKind }
  | { readonly kind: "files" | "directories" | "anything" };

/** An argument or a flag, as far as its value goes. */
export interface Slot {
  readonly options?: readonly string[] | undefined;
  readonly helpValue?: string | readonly string[] | undefined;
}

const NAMES_BY_ARGUMENT: Readonly<Record<string, NameKind>> = {
  tenant: "tenants",
  plan: "plans",
  code: "plans",
  login: "operators",
  context: "contexts",
};

// Not --confirm: whoever has to type what is about to be deleted shall type it.
const NAMES_BY_FLAG: Readonly<Record<string, NameKind>> = {
  tenant: "tenants",
  plan: "plans",
  to: "operators",
  context: "contexts",
};

/** Commands whose argument is a name that nobody has yet. */
const MAKES_NAMES = new Set(["plan:create", "operator:create", "context:add"]);

/** Arguments that name a file; their descriptions say so, but only to people. */
const FILES = new Set(["file", "before", "after"]);

/** What an argument of a command takes. */
export function expectedArgument(command: string, name: string, slot: Slot): Expected {
  if (slot.options) return { kind: "options", options: slot.options };
  if (FILES.has(name)) return { kind: "files" };
  const names = NAMES_BY_ARGUMENT[name];
  return names && !MAKES_NAMES.has(command) ? { kind: "names", names } : { kind: "anything" };
}

/** What a flag takes; the same for all commands that have it. */
export function expectedOfFlag(name: string, slot: Slot): Expected {
  if (slot.options) return { kind: "options", options: slot.options };
  const takes = String(slot.helpValue ?? "");
  if (takes.startsWith("FILE")) return { kind: "files" };
  if (takes === "DIR") return { kind: "directories" };
  const names = NAMES_BY_FLAG[name];
  return names ? { kind: "names", names } : { kind: "anything" };
}
