import { parseArgs } from "node:util";
import type { Checkpoint } from "../../../src/seal/checkpoint.js";
import { compareIds, readLine } from "../../../src/seal/line.js";
import { randomOf } from "../../billing/random.js";
import { type Ground as ForgersGround, KINDS, tryForgery, whyWrong, writeRows } from "../../support/forger.js";
import { openAuditLog, sealLog } from "../dist.js";
import { type Ground, openGround } from "./ground.js";
import type { Line } from "./line.js";

const RANGES = 4;
const ROWS = 100;

/** `--changes N`, `--seed N`. */
export async function measure(args: readonly string[]): Promise<readonly Line[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { changes: { type: "string", default: "1000" }, seed: { type: "string", default: "1" } },
  });
  const changes = Number(values.changes);
  const ground = await openGround();
  try {
    const { forger, kept } = await prepare(ground);
    const random = randomOf(Number(values.seed));
    const client = await ground.owner.connect();
    const judgement = { keys: [ground.publicKey], kept };
    const wrong: string[] = [];
    let alarms = 0;
    for (let change = 0; change < changes; change++) {
      const forgery = random.pick(Object.values(KINDS))(forger, random);
      const why = whyWrong(forgery, await tryForgery(client, { ...forgery, account: forger.account }, judgement));
      if (why !== null) wrong.push(`${forgery.name}: ${why}`);
      const untouched = await tryForgery(client, { account: forger.account, statements: [] }, judgement);
      alarms += untouched.problems.length;
    }
    client.release();
    for (const each of wrong) process.stderr.write(`${each}\n`);
    const unit = `of ${changes}`;
    const detail = `${Object.keys(KINDS).length} kinds of change, a log of ${RANGES} ranges, seed ${values.seed}`;
    return [
      {
        text: "random changes of a sealed log that were found, and nothing else said",
        value: changes - wrong.length,
        goal: { atLeast: changes },
        unit,
        detail,
      },
      {
        text: "problems in the same log untouched, looked at as often",
        value: alarms,
        goal: { atMost: 0 },
        unit: "in all",
        detail: "",
      },
    ];
  } finally {
    await ground.close();
  }
}

async function prepare(ground: Ground): Promise<{ readonly forger: ForgersGround; readonly kept: readonly Checkpoint[] }> {
  const [account, other] = [await ground.newTenant("victim"), await ground.newTenant("neighbour")];
  const kept: Checkpoint[] = [];
  const client = await ground.owner.connect();
  for (let range = 0; range < RANGES; range++) {
    for (const id of [account, other]) {
      await writeRows(client, id, { from: new Date(Date.UTC(2026, range, 1)), rows: ROWS });
      const made = await sealLog(ground.control, { accountId: id, slug: null, dryRun: false });
      if (id === account) kept.push(...made);
    }
  }
  client.release();
  const rows = await rowsOf(ground, account, kept);
  return { forger: { account, other, rows, checkpoints: kept.length }, kept };
}

async function rowsOf(
  { engine, contextKey }: Ground,
  accountId: string,
  kept: readonly Checkpoint[],
): Promise<ForgersGround["rows"]> {
  const log = await openAuditLog({ engine, contextKey }, { accountId, actor: "bench" });
  const rows: { id: string; checkpoint: number }[] = [];
  try {
    for await (const page of log.pages()) {
      for (const text of page.split("\n")) {
        const line = readLine(text);
        const covers = ({ lastId, transactionsBelow }: Checkpoint) =>
          line !== undefined && compareIds(line.id, lastId) <= 0 && line.transactionId < transactionsBelow;
        const checkpoint = kept.find(covers);
        if (line && checkpoint) rows.push({ id: line.id, checkpoint: checkpoint.sequence });
      }
    }
  } finally {
    await log.close();
  }
  return rows;
}
