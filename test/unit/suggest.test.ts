import { expect, it } from "vitest";
import { type CommandShape, type Suggestions, suggest } from "../../src/cli/completion/suggest.js";

const option = { type: "option" } as const;
const COMMANDS: CommandShape[] = [
  { id: "doctor", args: {}, flags: { json: { type: "boolean" } } },
  { id: "help", args: { subject: {} }, flags: {} },
  { id: "tenant:list", args: {}, flags: { status: { ...option, options: ["active", "suspended"] }, limit: option } },
  { id: "tenant:show", args: { tenant: {} }, flags: { json: { type: "boolean" } } },
  { id: "tenant:plan", args: { tenant: {}, plan: {} }, flags: {} },
  {
    id: "tenant:apply",
    args: {},
    flags: { file: { ...option, char: "f", helpValue: "FILE|DIR" }, plan: { ...option, helpValue: "FILE" } },
  },
  { id: "tenant:purge", args: { tenant: {} }, flags: { confirm: { ...option, helpValue: "SLUG" } } },
  { id: "plan:create", args: { code: {} }, flags: {} },
  { id: "plan:update", args: { code: {} }, flags: {} },
  { id: "operator:grant", args: { login: {} }, flags: {} },
  {
    id: "isolation:verify",
    args: {},
    flags: { schema: { ...option, multiple: true, helpValue: "FILE" }, migrations: { ...option, helpValue: "DIR" } },
  },
  { id: "secret:thing", hidden: true, args: {}, flags: {} },
];
const NAMES = {
  tenants: ["acme", "borealis"],
  plans: ["free", "team"],
  operators: ["ada", "sam"],
  contexts: ["default", "prod"],
};

const ask = (...words: string[]): Promise<Suggestions> =>
  suggest(words, {
    commands: COMMANDS,
    subjects: [{ value: "json", about: "" }],
    namesOf: async (kind) => NAMES[kind],
  });
const values = async (...words: string[]): Promise<unknown> => {
  const found = await ask(...words);
  return typeof found === "string" ? found : found.map(({ value }) => value);
};

it.each<[string[], unknown]>([
  [["doc"], ["doctor"]],
  [["tenant:l"], ["tenant:list"]],
  [["tenant", "l"], ["list"]],
  [
    ["tenant", ""],
    ["list", "show", "plan", "apply", "purge"],
  ],
  [["nowhere", ""], []],
  [["secret"], []],
  [
    ["--context", ""],
    ["default", "prod"],
  ],
  [["--context=p"], ["--context=prod"]],
  [["--js"], ["--json"]],
  [["--json", "doc"], ["doctor"]],
  [["--context", "prod", "tenant", "sh"], ["show"]],
  [["help", "tenant:li"], ["tenant:list"]],
  [["help", "tenant", "li"], ["list"]],
  [["help", "js"], ["json"]],
])("the command: %j gives %j", async (words, expected) => {
  expect(await values(...words)).toEqual(expected);
});

it.each<[string[], unknown]>([
  [
    ["tenant:show", ""],
    ["acme", "borealis"],
  ],
  [["tenant", "show", "a"], ["acme"]],
  [
    ["tenant:show", "acme", ""],
    ["--json", "--help"],
  ],
  [
    ["tenant:show", "--json", ""],
    ["acme", "borealis"],
  ],
  [["tenant:show", "--", "-"], []],
  [
    ["tenant:plan", "acme", ""],
    ["free", "team"],
  ],
  [
    ["plan:update", ""],
    ["free", "team"],
  ],
  [["plan:create", ""], []],
  [["operator:grant", "s"], ["sam"]],
  [
    ["tenant:list", "--status", ""],
    ["active", "suspended"],
  ],
  [["tenant:list", "--status=s"], ["--status=suspended"]],
  [["tenant:list", "--limit", ""], []],
  [
    ["tenant:list", "--status", "active", "--"],
    ["--limit", "--help"],
  ],
  [["tenant:list", "--status=active", "--s"], []],
  [["tenant:apply", "-f", ""], "files"],
  [["tenant:apply", "--file", ""], "files"],
  [["tenant:apply", "--plan", ""], "files"],
  [["tenant:apply", "--file="], "files"],
  [["isolation:verify", "--migrations", ""], "directories"],
  [["isolation:verify", "--schema", "a", "--sch"], ["--schema"]],
])("what follows it: %j gives %j", async (words, expected) => {
  expect(await values(...words)).toEqual(expected);
});

it("leaves the name that confirms a deletion to whoever deletes", async () => {
  expect(await values("tenant:purge", "acme", "--confirm", "")).toEqual([]);
});
