import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { standAs } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import type { Answer } from "./stage/session.js";
import type { TenantTable } from "./stage/tables.js";
import { ask, forge, keyOf, OPEN, open, read, type Try, WINDOWS, type Window } from "./support-window.js";
import { attempted, broken, held, mustBeRefused, unclear, unexpected, type Verdict } from "./verdict.js";

const NO_CONSENT = "AZ022";
const SAME_TRANSACTION = "AZ007";

/** azora's own: elsewhere the vendor has no way in that a tenant could open. */
export const support: Probe = {
  id: "support-without-consent",
  title: "The vendor's support reads a tenant's rows only while a window is open that the tenant opened for it, and no others.",
  severity: "critical",
  async run(scene) {
    const table = scene.tables.find(({ name }) => keyOf(scene, name, scene.a.rows) && keyOf(scene, name, scene.b.rows));
    if (!scene.target.guard || !table) return [];
    const attempts: Attempt[] = [];
    for (const by of scene.control) {
      for (const window of WINDOWS) attempts.push(...(await throughWrong(scene, { by, table, window })));
      attempts.push(await forging(scene, by), await uncommitted(scene, { by, table }), await throughOpen(scene, { by, table }));
    }
    return attempts;
  },
};

/** By the first door and by the last: who had asked before a window was closed gets no row either. */
async function throughWrong(scene: Scene, { by, table, window }: Try & { readonly window: Window }): Promise<readonly Attempt[]> {
  const found = read(scene, { by, table });
  const attempts: Attempt[] = [];
  for (const statement of [ask(scene, table), found.statement]) {
    const answer = await scene.session.try(...open(scene, by, window), ...found.made, ...standAs(scene, by, null), statement);
    const verdict = answer.state === NO_CONSENT ? held() : answer.state === null ? broken(window.allows) : unexpected(answer);
    attempts.push(attempted({ by, object: `table ${table.name}`, statement: `${window.says}; ${statement}`, answer, verdict }));
  }
  return attempts;
}

async function forging(scene: Scene, by: Identity): Promise<Attempt> {
  const statement = forge(scene, by);
  const answer = await scene.session.try(...standAs(scene, by, null), statement);
  const verdict = mustBeRefused(answer, "The vendor consents in a tenant's place.");
  return attempted({ by, object: "table control.support_grants", statement, answer, verdict });
}

/** What isn't committed yet could be rolled back, and the logs' lines with it. */
async function uncommitted(scene: Scene, { by, table }: Try): Promise<Attempt> {
  const { made, statement } = read(scene, { by, table }, "pg_current_xact_id()");
  const answer = await scene.session.try(...open(scene, by, OPEN), ...made, ...standAs(scene, by, null), statement);
  const allows = "Rows are handed over before their lines in the logs are committed: a rollback hides who read them.";
  const verdict = answer.state === SAME_TRANSACTION ? held() : answer.state === null ? broken(allows) : unexpected(answer);
  return attempted({ by, object: `table ${table.name}`, statement: `in one transaction; ${statement}`, answer, verdict });
}

/** With consent, the tenant's row and not its neighbour's, though both are asked for. */
async function throughOpen(scene: Scene, { by, table }: Try): Promise<Attempt> {
  const { made, statement } = read(scene, { by, table });
  const answer = await scene.session.try(...open(scene, by, OPEN), ...made, ...standAs(scene, by, null), statement);
  return attempted({
    by,
    object: `table ${table.name}`,
    statement: `an open window; ${statement}`,
    answer,
    verdict: judgeOpen(scene, table, answer),
  });
}

function judgeOpen(scene: Scene, table: TenantTable, answer: Answer): Verdict {
  if (answer.state !== null) return unexpected(answer);
  const own = keyOf(scene, table.name, scene.a.rows);
  const others = answer.rows.filter(({ values: row }) => {
    return Object.entries(own ?? {}).some(([column, value]) => String((row as Record<string, unknown>)[column]) !== value);
  });
  if (others.length > 0) return broken("Consent of one tenant opens another's rows.");
  return answer.count === 1 ? held() : unclear("Not even with consent a row was to be seen.");
}
