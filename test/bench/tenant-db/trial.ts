import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { type ContenderName, kindOf } from "./contenders/index.js";
import { MAKES, type Operation } from "./operations.js";
import type { Runner } from "./runner.js";

/** Rows that a call returns. */
const RETURNS: Readonly<Record<Operation, number>> = {
  findUnique: 1,
  findMany: 20,
  create: 1,
  update: 1,
  transaction: 5,
  nestedCreate: 1,
};

export interface Trial {
  readonly contender: ContenderName;
  readonly operation: Operation;
  readonly runner: Pick<Runner, "trial">;
  readonly ownerUrl: string;
  readonly accountId: string;
}

/**
 * Runs an operation once and looks, past every policy, whether it did what is measured: so
 * many rows made, returned, of this account alone, and logged where the library promises that.
 * @throws Error that says what was otherwise
 */
export async function tryOperation({ contender, operation, runner, ownerUrl, accountId }: Trial): Promise<void> {
  const complain = (what: string) => {
    throw new Error(`${contender} can't be measured: its ${operation} ${what}.`);
  };
  const owner = new Client({ connectionString: ownerUrl });
  // A read's line is committed a moment after its rows are here.
  const countAfter = async (linesBefore: number, isLogged: boolean) => {
    for (let left = 100; ; left--) {
      const counted = await count(owner, accountId, kindOf(contender).audits !== undefined);
      if (!isLogged || counted.log > linesBefore || left === 0) return counted;
      await sleep(50);
    }
  };
  await owner.connect();
  try {
    const { audits } = kindOf(contender);
    const before = await count(owner, accountId, audits !== undefined);
    const { rows, foreign, error } = await runner.trial({ trial: operation });
    if (error !== undefined) complain(`failed (${error})`);
    const isRead = operation === "findUnique" || operation === "findMany";
    const isLogged = audits === "all" || (audits === "writes" && !isRead);
    const after = await countAfter(before.log, isLogged);
    const made = { documents: after.documents - before.documents, revisions: after.revisions - before.revisions };
    const wanted = MAKES[operation];
    if (made.documents !== wanted.documents || made.revisions !== wanted.revisions) {
      complain(
        `made ${made.documents} documents and ${made.revisions} revisions, not ${wanted.documents} and ${wanted.revisions}`,
      );
    }
    if (rows !== RETURNS[operation] || foreign > 0) complain(`returned ${rows} rows, ${foreign} of other accounts`);
    if (after.log > before.log !== isLogged) complain(`left ${after.log - before.log} lines in the audit log`);
  } finally {
    await owner.end();
  }
}

async function count(owner: Client, accountId: string, hasLog: boolean) {
  const lines = hasLog ? "(SELECT count(*) FROM tenant.audit_log WHERE account_id = $1)" : "0";
  const { rows } = await owner.query<{ documents: string; revisions: string; log: string }>(
    `SELECT (SELECT count(*) FROM tenant.documents WHERE account_id = $1) AS documents,
            (SELECT count(*) FROM tenant.document_revisions WHERE account_id = $1) AS revisions, ${lines} AS log`,
    [accountId],
  );
  const { documents, revisions, log } = rows[0] as (typeof rows)[number];
  return { documents: Number(documents), revisions: Number(revisions), log: Number(log) };
}
