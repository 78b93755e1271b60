import { canonical, plain } from "./answer.js";
import type { Arena } from "./arena.js";
import { unloggedReads, writesIn } from "./audit-reads.js";
import { replayLog, wrongWrites } from "./audit-writes.js";
import { perform } from "./perform.js";
import { operationsOf, type Program } from "./program.js";
import { endSessions, leftOnSessions } from "./sessions.js";
import { type Trace, traceOf } from "./traces.js";

/**
 * Runs a program with all its tenants at work, then with each of them alone, and tells what
 * is wrong: another's words in an answer, an answer or a row that differs because others
 * were there, a log that isn't what was done, something left on a shared connection.
 */
export async function judge(arena: Arena, program: Program): Promise<string[]> {
  const everyone = program.tenants.map((_, tenant) => tenant);
  const together = await runWith(arena, program, everyone);
  const wrong = [...together.traces.flatMap(wrongInItself), ...together.left];
  if (wrong.length > 0) return wrong;
  for (const tenant of everyone) {
    const alone = await runWith(arena, program, [tenant]);
    wrong.push(...differences(together.traces[tenant] as Trace, alone.traces[0] as Trace));
  }
  return wrong;
}

interface Run {
  readonly traces: readonly Trace[];
  /** What was found on connections afterwards. */
  readonly left: readonly string[];
}

async function runWith(arena: Arena, program: Program, present: readonly number[]): Promise<Run> {
  await arena.clear();
  await arena.admit(present);
  const told = await perform(arena, program, present);
  // Lines that are written over another connection, because their own died, wait in the same queue.
  const left = await leftOnSessions(arena.world);
  const traces = await Promise.all(present.map((tenant, at) => traceOf(arena.world, tenant, told[at] ?? [])));
  return { traces, left };
}

/**
 * The same while sessions are ended at random. What is answered then is chance, so nothing is
 * compared: nobody may see what is another's, and the logs have to give the rows that there are.
 */
export async function judgeInStorm(arena: Arena, program: Program): Promise<string[]> {
  const storm = endSessions(arena.world);
  const everyone = program.tenants.map((_, tenant) => tenant);
  const { traces, left } = await runWith(arena, program, everyone).finally(storm.pass);
  return [...traces.flatMap((trace) => [...leaksIn(trace), ...strangersIn(trace), ...replayLog(trace)]), ...left];
}

/** What needs no comparison to be wrong. */
function wrongInItself(trace: Trace): string[] {
  const wrong = [leaksIn, answeredWhileSuspended, strangersIn, replayLog, wrongWrites, unloggedReads];
  return wrong.flatMap((check) => check(trace)).map((text) => `tenant ${"ABC"[trace.tenant]}: ${text}`);
}

function leaksIn({ entries }: Trace): string[] {
  return entries.flatMap(({ actor, answers }) =>
    answers
      .filter(({ foreign }) => foreign.length > 0)
      .map(({ foreign, text }) => `${actor} was shown ${foreign.join(", ")}: ${text}`),
  );
}

function answeredWhileSuspended({ entries }: Trace): string[] {
  const shut = entries.filter(({ step }) => step.kind === "suspended" && !step.readOnly);
  return shut.flatMap(({ actor, step, answers }) =>
    operationsOf(step).flatMap((operation, at) =>
      operation.kind === "call" && answers[at]?.ok ? [`${actor} was answered while suspended: ${answers[at].text}`] : [],
    ),
  );
}

function strangersIn({ entries, log }: Trace): string[] {
  const actors = new Set(entries.map(({ actor }) => actor));
  return log.filter(({ actor }) => !actors.has(actor)).map((line) => `nobody by that name was there: ${JSON.stringify(line)}`);
}

/** What of a tenant differs because others were there. */
function differences(together: Trace, alone: Trace): string[] {
  const who = `tenant ${"ABC"[together.tenant]}`;
  const wrong: string[] = [];
  together.entries.forEach((entry, at) => {
    const other = alone.entries[at];
    const [here, there] = [entry, other].map((one) => JSON.stringify([one?.done, one?.answers.map(({ text }) => text)]));
    if (here !== there) wrong.push(`${who}: ${entry.actor} was told ${here}, and alone ${there}`);
  });
  const [rows, rowsAlone] = [together, alone].map(({ rows: all }) => lines(all));
  if (rows !== rowsAlone) wrong.push(`${who} has rows that it hasn't alone, or the other way round:\n${diff(rows, rowsAlone)}`);
  const [log, logAlone] = [together, alone].map(({ log: all }) => lines(writesIn(all)));
  if (log !== logAlone)
    wrong.push(`${who} has a log of writes that it hasn't alone, or the other way round:\n${diff(log, logAlone)}`);
  return wrong;
}

function lines(items: readonly object[]): string {
  return items
    .map((item) => canonical(JSON.stringify(plain(item))))
    .sort()
    .join("\n");
}

function diff(here = "", there = ""): string {
  const [a, b] = [here.split("\n"), there.split("\n")];
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `+ ${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `- ${line}`),
  ]
    .slice(0, 6)
    .join("\n");
}
