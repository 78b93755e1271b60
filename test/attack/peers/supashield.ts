import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.js";
import { versionOf } from "./installed.js";
import { plantingSql } from "./planting.js";

const CLI = fileURLToPath(new URL("node_modules/supashield/dist/cli.js", import.meta.url));
const SESSION = fileURLToPath(new URL("supashield-session.js", import.meta.url));

interface LintAnswer {
  readonly issues: readonly { readonly check_id: string; readonly policy: string }[];
}

/**
 * `supashield audit` and `supashield lint`, as processes. Its `test` and `coverage` try what `anon` and `authenticated`
 * may do with Supabase's own claims, which says nothing about tenants.
 * @param url of the database's superuser
 * @param file a path to write the statements to that plant a fault
 */
export function supashield(url: string, file: string): Contender {
  return {
    name: "supashield",
    version: versionOf("supashield"),
    setUp:
      "`audit --all-schemas` and `lint --all-schemas`, everything they print counts; the tenants' schema is `public`, the runtime login `authenticated`, the control plane `anon`.",
    async check(fault) {
      writeFileSync(file, plantingSql(fault));
      const environment = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", PEER_SETUP: file };
      const audit = await run(["audit", "--all-schemas", "--url", url], environment);
      const lint = JSON.parse(await run(["lint", "--all-schemas", "--json", "--url", url], environment)) as LintAnswer;
      return new Set([...auditIssues(audit), ...lint.issues.map(({ check_id, policy }) => `${check_id} ${policy}`)]);
    },
  };
}

/** Under a heading each issue has a line of where it is, and one of what it is. */
function auditIssues(printed: string): string[] {
  const lines = printed.split("\n").map((line) => line.trim());
  if (!lines.includes("Security Audit Results:")) throw new Error(`supashield audit printed no result:\n${printed}`);
  return lines.flatMap((line, at) => (/^(Table|Column|Bucket):/.test(line) ? `${line} ${lines[at + 1]}` : []));
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", SESSION, CLI, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let complaint = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      complaint += chunk;
    });
    child.once("error", reject).once("close", (code) => {
      // 1 is also how it says that it has found something.
      if (code === 0 || (code === 1 && out !== "")) resolve(out.slice(Math.max(0, args[0] === "lint" ? out.indexOf("{\n") : 0)));
      else reject(new Error(`supashield ${args[0]} ended with ${code}: ${out}${complaint}`));
    });
  });
}
