import type { Rule } from "../rule.js";

/** Written where no row security and no right is asked. */
const MACHINE_LANGUAGES: readonly string[] = ["internal", "c"];

export const functionLanguage: Rule = {
  id: "function-language",
  title: "No function is written in a language that the server lets do anything.",
  severity: "high",
  check({ catalog }) {
    const untrusted = new Set(catalog.database.languages.filter(({ trusted }) => !trusted).map(({ name }) => name));
    // What an extension brought is judged with it.
    const functions = catalog.functions.filter(({ extension }) => extension === null);
    const findings = functions
      .filter(({ language, kind, schema, leakproof }) => {
        const isAltered = schema === "pg_catalog" && leakproof;
        return (untrusted.has(language) || MACHINE_LANGUAGES.includes(language)) && kind !== "aggregate" && !isAltered;
      })
      .map((each) => ({
        object: `function ${each.name}`,
        allows: "It reads memory and files of the server past every right, or is another name for a function that was closed.",
        evidence: `language ${each.language}, ${each.body.slice(0, 80)}`,
        fix: `DROP ROUTINE ${each.name};`,
      }));
    return { checked: functions.length, findings };
  },
};

export const functionLeakproof: Rule = {
  id: "function-leakproof",
  title: "No function is LEAKPROOF but those of PostgreSQL's that come so.",
  severity: "high",
  check({ catalog }) {
    const { functions } = catalog;
    const findings = functions
      .filter(({ leakproof }) => leakproof)
      .map((each) => ({
        object: `function ${each.name}`,
        allows: "PostgreSQL calls it with rows of every tenant, before the policies have left any out; its errors show them.",
        evidence: `LEAKPROOF${each.extension === null ? "" : `, of the extension ${each.extension}`}`,
        fix: `ALTER ROUTINE ${each.name} NOT LEAKPROOF;`,
      }));
    return { checked: functions.length, findings };
  },
};

export const systemFunction: Rule = {
  id: "system-function",
  title: "PostgreSQL's own schemas hold PostgreSQL's own functions, operators and casts.",
  severity: "high",
  check({ catalog }) {
    const functions = catalog.functions.filter(({ schema }) => schema === "pg_catalog" || schema === "information_schema");
    const findings = functions
      // One of PostgreSQL's own that was made LEAKPROOF has a rule of its own.
      .filter(({ extension, leakproof, language }) => extension === null && !(leakproof && language === "internal"))
      .map((each) => ({
        object: `function ${each.name}`,
        allows: "Every function and policy finds it before any other, whatever its search_path.",
        evidence: `in ${each.schema}, owner ${each.owner}, language ${each.language}`,
        fix: null,
      }));
    const additions = catalog.database.systemAdditions.map((name) => ({
      object: name,
      allows: "What an operator or a cast means is changed for every statement, the guard's included.",
      evidence: "among PostgreSQL's own, and not brought by it or by an extension",
      fix: null,
    }));
    return { checked: functions.length + additions.length, findings: [...findings, ...additions] };
  },
};
