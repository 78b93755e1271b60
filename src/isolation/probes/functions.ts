import type { DatabaseFunction } from "../catalog/catalog.js";
import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import { hashOf, keyOf, readAs, readingOf } from "./reading.js";
import type { Identity } from "./stage/identity.js";
import { literal } from "./stage/sql.js";
import type { Stage } from "./stage/stage.js";
import { attempted, unclear } from "./verdict.js";

/**
 * Functions that can be called without guessing: with nothing, or with the victim's account. What may reach beyond the
 * transaction isn't called; with the definer's rights that is not clear, with the caller's it can do no more than the caller.
 */
export const functions: Probe = {
  id: "function-of-other-tenant",
  title: "No function shows a login anything of a tenant that isn't its own.",
  severity: "critical",
  async run(scene) {
    const attempts: Attempt[] = [];
    for (const by of [...scene.runtime, ...scene.control]) {
      for (const { known, call } of await callable(scene, by)) {
        const object = `function ${known.name}`;
        if (!isContained(known)) {
          if (!known.securityDefiner) continue;
          const why = unclear("It runs with its owner's rights and may reach beyond the transaction: it was not called.");
          attempts.push(
            attempted({ by, object, statement: `SELECT * FROM ${call}`, answer: { text: "not tried" }, verdict: why }),
          );
          continue;
        }
        const statement = readingOf(scene, by, call);
        const allows = `${by.plane === "runtime" ? "A tenant" : "The control plane"} gets at tenants' rows through ${known.name}.`;
        const { answer, verdict } = await readAs(scene, { by, object, statement, allows, reaches: known.securityDefiner });
        attempts.push(attempted({ by, object, statement: `SELECT * FROM ${call}`, answer, verdict }));
      }
    }
    return attempts;
  },
};

/** Before the victim has rows: what each function shows. */
export async function readFunctions(stage: Stage, identities: readonly Identity[], seen: Map<string, string>): Promise<void> {
  for (const by of identities) {
    for (const { known, call } of await callable(stage, by)) {
      if (isContained(known)) seen.set(keyOf(by, `function ${known.name}`), await hashOf(stage, by, readingOf(stage, by, call)));
    }
  }
}

interface Callable {
  readonly known: DatabaseFunction;
  readonly call: string;
}

async function callable(stage: Stage, { role }: Identity): Promise<readonly Callable[]> {
  const { catalog, tables, a } = stage;
  const accountTypes = new Set(
    tables.map(({ relation, account }) => relation.columns.find(({ name }) => name === account)?.type ?? "uuid"),
  );
  const found = catalog.functions.flatMap((known) => {
    if (known.kind !== "function" || known.extension !== null || /^(trigger|event_trigger|void|internal)$/.test(known.returns))
      return [];
    const open = known.name.lastIndexOf("(");
    const types = known.name
      .slice(open + 1, -1)
      .split(",")
      .filter(Boolean);
    if (!types.every((type) => accountTypes.has(type.trim()))) return [];
    return [{ known, call: `${known.name.slice(0, open)}(${types.map((type) => `${literal(a.id)}::${type}`).join(", ")})` }];
  });
  if (found.length === 0) return [];
  const allowed = await stage.session.look<{ name: string }>(`
    SELECT f.name FROM unnest(ARRAY[${found.map(({ known }) => literal(known.name)).join(", ")}]) f(name)
    JOIN pg_proc p ON p.oid = to_regprocedure(f.name)
    WHERE has_function_privilege(${literal(role)}, p.oid, 'EXECUTE') AND has_schema_privilege(${literal(role)}, p.pronamespace, 'USAGE')`);
  const names = new Set(allowed.map(({ name }) => name));
  return found.filter(({ known }) => names.has(known.name));
}

/** What a rollback doesn't take back, or what holds others up. */
const REACHES_OUT =
  /\b(dblink\w*|http\w*|copy|nextval|setval|notify|pg_notify|pg_sleep\w*|lo_\w+|pg_terminate_backend|pg_cancel_backend|pg_advisory\w*|truncate|drop|alter|lock|pg_\w*(file|wal|conf)\w*)\b/i;

function isContained({ language, body }: DatabaseFunction): boolean {
  return (language === "sql" || language === "plpgsql") && !REACHES_OUT.test(body);
}
