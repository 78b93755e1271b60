import { EXIT } from "../errors.js";

export interface HelpTopic {
  readonly summary: string;
  readonly text: string;
}

const MEANING: Record<keyof typeof EXIT, string> = {
  ok: "done, or nothing was to do",
  failure: "failed, done in part, a check that could not tell, or a bug in azora",
  usage: "bad flag, argument, value or setting",
  notFound: "not found: tenant, plan, database",
  notPermitted: "not permitted: refused by PostgreSQL or Stripe, no Stripe key, or the tenant is suspended",
  conflict: "in conflict: exists already, is in use, not migrated, or newer than this azora",
  needsInput: "needs a confirmation or an input that wasn't given, or the answer was no",
  timedOut: "timed out",
  unavailable: "the database or Stripe can't be reached; try again",
  violations: "a check found something; the result says what",
  interrupted: "interrupted; nothing is half done",
};

const exitCodes = Object.entries(EXIT)
  .map(([name, code]) => `  ${String(code).padStart(3)}  ${MEANING[name as keyof typeof EXIT]}`)
  .join("\n");

/** Pages of help that belong to no single command, by the word after `azora help`. */
export const HELP_TOPICS: Readonly<Record<string, HelpTopic>> = {
  environment: {
    summary: "Variables that azora reads.",
    text: `Every setting can come from the environment or from the file that \`azora init\` writes; the
environment wins. \`azora config\` shows each value and where it came from. A secret is never a
flag: put it into the variable, or into a file that NAME_FILE names.

CONNECTIONS (a PostgreSQL server; without any of them the embedded database is used)
  AZORA_CONTROL_URL, AZORA_CONTROL_URL_FILE   the operator's login: tenant:*, operator:*, audit:* --control-plane
  AZORA_TENANT_URL, AZORA_TENANT_URL_FILE     the application's login: tenantDb(), audit:export --tenant,
                                              audit:verify
  AZORA_OWNER_URL, AZORA_OWNER_URL_FILE       the installer's login: init, db:*, guard:*, isolation:*, backup,
                                              restore, key:list, key:rotate; in a self-hosted installation tenant:* too
  Behind PgBouncer (transaction mode): add ?pgbouncer=true, unless it is 1.21 or later with
  max_prepared_statements set. The owner's connection goes to the server itself.

KEYS
  AZORA_CONTEXT_KEY, AZORA_CONTEXT_KEY_FILE   ID:BASE64, 32 bytes; signs who acts in which tenant
  AZORA_SIGNING_KEY, AZORA_SIGNING_KEY_FILE   ID: and an Ed25519 PEM; signs receipts and reports

STRIPE (without a key everything but billing works)
  STRIPE_API_KEY, STRIPE_API_KEY_FILE   a secret or restricted key, of the mode that tenants are billed in
  STRIPE_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET_FILE
                                        whsec_…: billing:webhook; two while one takes the place of the other
  STRIPE_API_BASE                       another place than Stripe's own: loopback, or with a test key
  STRIPE_TEST_CLOCK                     the test clock that new customers live by; with a test key

LOG
  AZORA_REQUEST_ID   stands in the admin audit log beside what was done, to find it again

PLACES
  AZORA_DATA_DIR   holds config.json and the embedded database
  AZORA_PG_BIN     where pg_dump and pg_restore are, if not on PATH: backup, restore
  AZORA_CONTEXT    one of several installations, by its name: see \`azora context:list\`. --context
                   wins over it, and it over \`azora context:use\`. What AZORA_DATA_DIR and the
                   connection strings above say wins over each; together with --context, which
                   of the two is meant can't be known, and that is an error

OUTPUT
  NO_COLOR, TERM=dumb   no colours, as --no-color
  FORCE_COLOR           colours even into a pipe (0 turns them off)
  DEBUG                 stack traces on stderr
`,
  },
  "exit-codes": {
    summary: "What each exit code means.",
    text: `The exit code is the same with and without --json.

${exitCodes}
`,
  },
  security: {
    summary: "What keeps tenants apart, and which commands prove it.",
    text: `Isolation is kept by PostgreSQL, not by the code above it: it holds for raw SQL, for nested writes
and for a forgotten WHERE. docs/security.md has each claim with its mechanism and its proof.

WHAT EVERY TENANT TABLE HAS (guard.protect() gives it, isolation:verify looks for it)
  1  the account of each row, never empty
  2  keys that begin with the account: nobody learns from a conflict that another's row exists
  3  a foreign key to the account that deletes with it: a purge leaves nothing
  4  relations that pair account with account: no row points at another tenant's
  5  an index that begins with the account
  6  row security, forced, with one policy: rows of the account in the signed context; none without
  7  a line in the audit log for each create, update and delete; TRUNCATE is refused
  8  an account that can't be changed
  9  no right of any kind for PUBLIC and for the vendor's operators

THREE LOGINS
  owner      installs and migrates; for init, db:*, guard:* and isolation:*, and written down nowhere
  operator   accounts, plans, purges; no right on a tenant's rows, unless the tenant lets one
             operator in for some hours (support:grant), and then both have it in their logs
  runtime    the application: rows of the one account that its signed context names, and SQL can't
             sign: the key is in a table of the owner's

WHAT REMAINS
  A database superuser can read everything, silence what logs, and take the keys; so can whoever has the
  server's disk. Who takes over the application's process has its key. Sealed logs, with checkpoints
  kept elsewhere (audit:seal --out), show afterwards what was altered or removed. What timing and sizes
  tell about others is listed by isolation:verify.

PROOF
  azora isolation:verify --self-test   rules, live attempts, and each guarantee broken on purpose
  azora doctor                         what each login can reach
  azora audit:verify                   that no log was altered; --checkpoints FILE: nor rewritten whole
  azora receipt:verify --chain         that a purge is on record, and signed
  azora review:pack --output FILE      all of it in one file, for a reviewer
`,
  },
  json: {
    summary: "The document that --json prints, and what a pipe gets.",
    text: `With --json every command prints one JSON document on stdout, whatever happens:

  {"ok": true, "result": { … }}
  {"ok": false, "error": {"code": "NOT_FOUND", "message": "…", "hint": "…", "exit": 3}}

\`ok\` is true exactly when the exit code is 0. A check that found something (exit code 9) or
could not tell (UNDECIDED), and work that was done in part (INCOMPLETE), has its \`result\` beside
the \`error\`. \`code\` is stable; messages
are for people. Times are ISO 8601 in UTC. Integers beyond 2^53 are strings.

\`audit:tail\`, and \`audit:export\` without --output, are streams: one JSON object a line, with or
without --json.

--json changes no consent: what asks on a terminal needs its flag in a script.

  azora tenant:list --json | jq -r '.result.tenants[].slug'

Without --json, tables that go into a pipe are tab-separated, under one line of titles, with
ISO times and without colours. Everything that is no result goes to stderr.
`,
  },
};
