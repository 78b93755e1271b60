import type { ErrorCode } from "../../errors.js";
import type { LastCheck } from "./last-check.js";
import type { NextCommand, Overview } from "./state.js";

type State = Omit<Overview, "next">;

const HELP = next("help", "all commands, by topic");
const VERIFY = next("isolation:verify --self-test", "prove that tenants are isolated");
const LIST = next("tenant:list", "the tenants, one a line");
const DOCTOR = next("doctor", "every part of the installation, with a fix for what is wrong");
const DAYS_OF_A_CHECK = 30;

/** The three commands that make sense in this very state. */
export function nextCommands(state: State): readonly NextCommand[] {
  const { installation, database, tenants } = state;
  if (installation === "unreadable") {
    return [next("config", "which setting it is"), next("help environment", "where settings come from"), HELP];
  }
  if (installation === "none") {
    return [
      next("quickstart", "a platform's whole life in a minute, in a place of its own"),
      next("init --embedded", "set azora up here; without the flag it asks where"),
      HELP,
    ];
  }
  if (installation === "unfinished") return [next("init", "finish what was interrupted"), DOCTOR, HELP];
  if (database && !database.ok) return whenDatabaseFails(database.code);
  if (tenants === null) return [DOCTOR, next("help environment", "the login that may count tenants"), HELP];
  return tenants.total === 0 ? withoutTenants(state) : withTenants(state);
}

function next(command: string, why: string): NextCommand {
  return { command: `azora ${command}`.trimEnd(), why };
}

function whenDatabaseFails(code: ErrorCode): readonly NextCommand[] {
  switch (code) {
    case "LOCKED":
      return [next("", "ask again when that process has ended"), DOCTOR, HELP];
    case "NOT_MIGRATED":
      return [next("db:migrate", "bring the database to this version"), next("db:status", "what it lacks"), DOCTOR];
    case "DATABASE_NEWER":
      return [next("--version", "which azora this is"), next("db:status", "what the database has"), DOCTOR];
    default:
      return [
        DOCTOR,
        next("config", "which connection string is used, and where it came from"),
        next("context:list", "other installations"),
      ];
  }
}

function withoutTenants({ login, mode }: State): readonly NextCommand[] {
  const mayCreate = mode === "self-hosted" || login?.role === "vendor-admin" || login?.plane === "owner";
  if (!mayCreate) return [next("whoami", "what this login may do"), next("plan:list", "the plans"), HELP];
  return [
    next('tenant:create "Acme Quality" --slug acme --owner-email owner@acme.test', "the first tenant"),
    next("tenant:apply -f tenants.yaml", "all that a file lists"),
    VERIFY,
  ];
}

function withTenants({ lastCheck, tenants, login }: State): readonly NextCommand[] {
  const check = checkAgain(lastCheck);
  const purges = tenants?.purgeScheduled ? [next("tenant:list --status purge-scheduled", "what is about to go")] : [];
  const suspended = tenants?.suspended ? [next("tenant:list --status suspended", "who is shut out, and why")] : [];
  const logs =
    login?.role === "support" || login?.role === "billing" ? HELP : next("audit:verify", "that nobody altered the logs");
  return [...check, ...purges, ...suspended, LIST, logs, DOCTOR].slice(0, 3);
}

function checkAgain(check: LastCheck | null): readonly NextCommand[] {
  if (check === null) return [VERIFY];
  if (check.verdict === "violations") {
    return [
      next("isolation:verify", "see what was found, with its mend"),
      next("isolation:report --output report.html", "the same as a page"),
    ];
  }
  if (check.verdict === "undecided") return [next("isolation:verify", "see what could not be told")];
  const days = (Date.now() - Date.parse(check.checkedAt)) / 86_400_000;
  return days > DAYS_OF_A_CHECK ? [next("isolation:verify --self-test", `the last proof is ${Math.floor(days)} days old`)] : [];
}
