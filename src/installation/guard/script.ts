import type { GuardPlan } from "./plan.js";
import { LOCK_TIMEOUT_MS, PAGES_A_BATCH, type Step } from "./step.js";

/** The plan as a script for psql, findings first: the same statements that guard:apply sends. */
export function guardScript(plan: GuardPlan): string {
  const { database, accounts, tables, outside, findings, isBlocked, steps } = plan;
  const key = accounts.isMapped
    ? `${accounts.key}, which is no uuid: one is put beside it`
    : `${accounts.key}, kept as the account's id`;
  const head = [
    `How to bring ${database} under guard. Accounts: ${accounts.table}, by ${key}.`,
    ...tables.map(
      ({ table, accountColumn, route }) =>
        `${table}: ${accountColumn}${route.length > 0 ? `, by way of ${route.join(", ")}` : ""}`,
    ),
    ...outside.map(({ table, reason }) => `${table} stays outside: ${reason}`),
    "",
    ...findings.map(({ severity, message, fix }) => `[${severity}] ${message}${fix ? ` → ${fix}` : ""}`),
    ...(isBlocked ? ["", "Nothing is planned before what blocks is decided."] : []),
    ...(!isBlocked && steps.length === 0 ? ["", "Nothing is left to do."] : []),
  ];
  return [commented(head), ...steps.map((step, at) => stepText(step, `${at + 1} of ${steps.length}`))].join("\n\n");
}

function commented(lines: readonly string[]): string {
  return lines
    .flatMap((line) => line.split("\n"))
    .map((line) => `-- ${line}`.trimEnd())
    .join("\n");
}

function stepText(step: Step, number: string): string {
  const { name, phase, lock, kind, statements } = step;
  const title = commented([`${number} (${phase}): ${name}`, `Lock: ${lock}.`]);
  const text = statements.map((statement) => `${statement};`).join("\n");
  if (kind === "concurrent") return `${title}\n${text}`;
  if (kind === "batches") return `${title}\n-- Not in a transaction: it commits after each batch.\n${batchLoop(step)}`;
  return `${title}\nBEGIN;\nSET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS};\n${text}\nCOMMIT;`;
}

function batchLoop({ statements, pages }: Step): string {
  const statement = (statements[0] as string)
    .replace(/^SELECT/, "PERFORM")
    .replace("$1", "format('(%s,0)', page)")
    .replace(
      "$2",
      `format('(%s,0)', CASE WHEN page + ${PAGES_A_BATCH} > ${pages} THEN 4294967295 ELSE page + ${PAGES_A_BATCH} END)`,
    );
  return `DO $$
BEGIN
  FOR page IN 0..${pages} BY ${PAGES_A_BATCH} LOOP
    ${statement.replaceAll("\n", "\n    ")};
    COMMIT;
  END LOOP;
END
$$;`;
}
