import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EXIT } from "../../src/errors.js";

interface Flag {
  readonly type: "boolean" | "option";
  readonly char?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly options?: readonly string[];
}

interface Command {
  readonly args: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly enableJsonFlag?: boolean;
}

/** Commands, arguments, flags and exit codes: what scripts are written against. */
function contract(): object {
  const manifest = new URL("../../oclif.manifest.json", import.meta.url);
  const { commands } = JSON.parse(readFileSync(manifest, "utf8")) as { commands: Record<string, Command> };
  const described = sorted(commands).map(([id, { args, flags }]) => [
    id,
    {
      args: Object.entries(args).map(([name, { required }]) => (required ? name : `[${name}]`)),
      flags: Object.fromEntries(sorted(flags).map(([name, flag]) => [`--${name}`, describeFlag(flag)])),
    },
  ]);
  return { commands: Object.fromEntries(described), exitCodes: EXIT };
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}

function describeFlag({ type, char, required, default: value, options }: Flag): string {
  const short = char ? ` -${char}` : "";
  if (type === "boolean") return `switch${short}`;
  const takes = options ? options.join("|") : "value";
  return `${takes}${short}${required ? ", required" : ""}${value === undefined ? "" : `, default ${value}`}`;
}

it("is what it was; a change here is a change for every script", async () => {
  await expect(`${JSON.stringify(contract(), null, 2)}\n`).toMatchFileSnapshot("./commands.snap");
});

it("has --json and --no-color on every command", () => {
  const { commands } = contract() as { commands: Record<string, { flags: object }> };
  for (const { flags } of Object.values(commands)) expect(flags).toMatchObject({ "--json": "switch", "--no-color": "switch" });
});
