import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** One statement or command of a page, and what the page says that it answers. */
export interface Step {
  readonly kind: "sql" | "sh";
  /** Whose login a statement is run by. */
  readonly login: string;
  readonly text: string;
  readonly answer: string;
}

/**
 * What a page has people type. In a block marked `sql` the first line names the login (`-- as azora_runtime`) and `--> …` follows each
 * statement; in one marked `sh` each command ends with `#> EXIT` and perhaps words that it prints.
 */
export function stepsOf(page: string): Step[] {
  return [...page.matchAll(/^```(sql|sh)\n([\s\S]*?)^```$/gm)].flatMap(([, kind, block = ""]) =>
    kind === "sql" ? statementsOf(block) : commandsOf(block),
  );
}

function statementsOf(block: string): Step[] {
  const [, login = ""] = /^-- as (\w+)\n/.exec(block) ?? [];
  const answered = /([^;]*;)\n--> (.*)\n/g;
  const body = block.slice(block.indexOf("\n") + 1);
  const rest = body.replaceAll(answered, "").trim();
  if (login === "" || rest !== "") throw new Error(`A block of SQL names no login, or lacks an answer: ${rest || block}`);
  return [...body.matchAll(answered)].map(([, text = "", answer = ""]) => ({ kind: "sql", login, text: text.trim(), answer }));
}

function commandsOf(block: string): Step[] {
  return block
    .trim()
    .split("\n")
    .map((line) => {
      const [text = "", answer = ""] = line.split(/\s+#> /);
      return { kind: "sh", login: "", text, answer };
    });
}

/** What is in a file that a page names, or in the one migration of that name; nothing in a folder. */
export function readNamed(name: string): string | undefined {
  const [found] = name.includes("*") ? globSync(`${name}/migration.sql`, { cwd: ROOT }) : [name];
  const stats = statSync(`${ROOT}/${found ?? name}`, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return "";
  return found && stats ? readFileSync(`${ROOT}/${found}`, "utf8") : undefined;
}

/** Whether a source makes what a page calls by a name: a function, a table, a trigger, a constant, a method. */
export function makes(source: string, symbol: string): boolean {
  const name = symbol.replaceAll(/[.*+?^$()[\]{}|\\]/g, "\\$&");
  return new RegExp(
    `\\b(FUNCTION|TABLE|TRIGGER|POLICY|function|const|class|interface)\\s+${name}\\b|^\\s+(static |async )*${name}\\(|'${name}'`,
    "m",
  ).test(source);
}
