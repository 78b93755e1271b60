import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { ClientBase, QueryResult } from "pg";
import type { Contender } from "./contender.js";
import { plantingSql, whilePlanted } from "./planting.js";

/** One row of splinter's answer. */
interface Lint {
  readonly name: string;
  readonly cache_key: string;
}

/** It says of every index in a database that has just been made that nobody uses it. */
const MEANINGLESS = new Set(["unused_index"]);

/**
 * Supabase's linter, one statement in SQL.
 * @param file its splinter.sql
 */
export function splinter(client: ClientBase, file: string): Contender {
  const sql = readFileSync(file, "utf8");
  return {
    name: "splinter",
    version: versionOf(file),
    setUp:
      "`pgrst.db_schemas` names the tenants' schema and `public`; the runtime login is its `authenticated`, the control plane its `anon`. Lints of every level and category count, but for `unused_index`.",
    check: (fault) =>
      whilePlanted(client, plantingSql(fault), async () => {
        await client.query("SELECT pg_catalog.set_config('pgrst.db_schemas', 'public, public_before', true)");
        const results = (await client.query(sql)) as unknown as QueryResult<Lint>[];
        const lints = results.at(-1)?.rows ?? [];
        return new Set(lints.filter(({ name }) => !MEANINGLESS.has(name)).map(({ name, cache_key }) => `${name} ${cache_key}`));
      }),
  };
}

/** The commit of the checkout that the file is in, if it is in one. */
function versionOf(file: string): string {
  const { status, stdout } = spawnSync("git", ["-C", file.replace(/[^/]*$/, "") || ".", "log", "-1", "--format=%h of %cs"], {
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : "version not known";
}
