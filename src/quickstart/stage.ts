import type { ControlConnection } from "../control-plane/connection.js";
import { AzoraError } from "../errors.js";
import type { Installation } from "../installation/open.js";
import type { TenantClient } from "../tenant-plane/tenant-client.js";
import { openTenantDb, type TenantConnection } from "../tenant-plane/tenant-db.js";
import { refusalIn } from "./answer.js";
import type { Attempt, QuickstartEvent } from "./events.js";
import type { SampleTenant } from "./sample-data.js";

/** A pool of one login, for statements that no client of azora would send. */
export type Sql = Awaited<ReturnType<Installation["owner"]>>;

/** A sample tenant that has its account. */
export interface Actor {
  readonly part: "A" | "B" | "C";
  readonly id: string;
  readonly sample: SampleTenant;
  /** One of its users, in whose name the story acts. */
  readonly user: string;
}

/** What an attempt must come to. A refusal counts only under one of the codes that are meant. */
export type Promised = { readonly refused: readonly string[] } | "nothing" | "reached";

type Try = Pick<Attempt, "by" | "tries" | "statement"> & { readonly promised: Promised };

/** Where the story plays: three logins on one database, and everything that was tried on them. */
export class Stage {
  readonly attempts: Attempt[] = [];

  constructor(
    readonly tenant: TenantConnection,
    readonly control: ControlConnection,
    readonly owner: Sql,
    readonly report: (event: QuickstartEvent) => void,
  ) {}

  open({ id, user }: Pick<Actor, "id" | "user">): TenantClient {
    return openTenantDb(this.tenant, { accountId: id, actor: user });
  }

  /**
   * Sends one statement for real and holds what comes back against what is promised.
   * @param run sends it; resolves to the number of rows it reached
   * @throws AzoraError VIOLATIONS when it came out otherwise
   */
  async attempt({ promised, ...what }: Try, run: () => Promise<number>): Promise<void> {
    const found = await outcomeOf(run);
    const attempt: Attempt = { ...what, ...found, asPromised: isAsPromised(found, promised) };
    this.attempts.push(attempt);
    this.report({ kind: "attempt", attempt });
    if (attempt.asPromised) return;
    throw broken(
      `${what.by}, ${what.tries}: ${sayPromised(promised)} was promised, but the answer was "${attempt.answer}"${attempt.code ? ` (${attempt.code})` : ""}.`,
      `Statement: ${what.statement}`,
    );
  }

  /** Does what has to go through. @throws AzoraError VIOLATIONS when it doesn't */
  async mustWork<T>(promise: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const { code, message } = refusalIn(error);
      throw broken(`Promised: ${promise}. It failed: ${message} (${code})`);
    }
  }

  /** Holds something measured against what is promised. @throws AzoraError VIOLATIONS */
  check(holds: boolean, promise: string, found: string): void {
    if (!holds) throw broken(`Promised: ${promise}. Found: ${found}.`);
  }
}

type Outcome = Pick<Attempt, "outcome" | "code" | "answer">;

function isAsPromised({ outcome, code }: Outcome, promised: Promised): boolean {
  return typeof promised === "string" ? outcome === promised : outcome === "refused" && promised.refused.includes(code ?? "");
}

async function outcomeOf(run: () => Promise<number>): Promise<Outcome> {
  try {
    const rows = await run();
    return { outcome: rows === 0 ? "nothing" : "reached", code: null, answer: `${rows} ${rows === 1 ? "row" : "rows"}` };
  } catch (error) {
    const { code, message } = refusalIn(error);
    return { outcome: "refused", code, answer: message };
  }
}

function sayPromised(promised: Promised): string {
  if (typeof promised === "string") return promised === "nothing" ? "no row" : "at least one row";
  return `a refusal (${promised.refused.join(" or ")})`;
}

function broken(
  message: string,
  hint = "This database does not keep what azora promises: don't trust it with tenants.",
): AzoraError {
  return new AzoraError("VIOLATIONS", message, { hint });
}
