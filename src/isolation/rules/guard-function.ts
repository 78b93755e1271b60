import type { DatabaseFunction } from "../catalog/catalog.js";
import { bareName } from "../functions.js";
import { SHIPPED, type ShippedFunction } from "../guard/shipped.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { vendorSchemas } from "../tenancy.js";

export const guardFunction: Rule = {
  id: "guard-function",
  title: "Every function of the guard and of the control plane is the one that this version ships, and the owners'.",
  severity: "critical",
  check(facts) {
    if (!facts.target.guard) return { checked: 0, findings: [] };
    const found = facts.catalog.functions.filter(({ schema }) => schema === "guard" || vendorSchemas(facts).has(schema));
    const missing = [...SHIPPED.functions.keys()].filter((name) => !found.some((each) => bareName(each.name) === name));
    const findings = [...found.flatMap((each) => flaws(each, facts)), ...missing.map(missingFlaw)];
    return { checked: found.length + missing.length, findings };
  },
};

function flaws(found: DatabaseFunction, facts: Facts): readonly Flaw[] {
  const shipped = SHIPPED.functions.get(bareName(found.name));
  const object = `function ${found.name}`;
  const namesakes = facts.catalog.functions.filter(({ name }) => bareName(name) === bareName(found.name));
  const different = shipped ? differences(found, shipped) : [];
  if (shipped && found.owner !== shipped.owner) different.push(`owned by ${found.owner}`);
  if (found.leakproof) different.push("LEAKPROOF");
  if (shipped && namesakes.length === 1) {
    if (different.length === 0) return [];
    const allows = "What the guard promises is decided by code that nobody has reviewed as azora's.";
    return [{ object, allows, evidence: `differs in: ${different.join(", ")}`, fix: null }];
  }
  const allows = "Code that azora doesn't ship runs where the keys of every tenant's context are.";
  const evidence = shipped
    ? `${namesakes.length} functions of that name: ${namesakes.map(({ name }) => name).join(", ")}`
    : "not in the migrations";
  return [{ object, severity: "high", allows, evidence, fix: shipped ? null : `DROP ROUTINE ${found.name};` }];
}

function differences(found: DatabaseFunction, shipped: ShippedFunction): string[] {
  const settings = found.settings.map((setting) => setting.slice(0, setting.indexOf("=")).toLowerCase());
  const path = found.settings.find((setting) => setting.startsWith("search_path="));
  const facts: readonly (readonly [string, boolean])[] = [
    ["body", found.body !== shipped.body],
    ["language", found.language !== shipped.language],
    ["security definer", found.securityDefiner !== shipped.securityDefiner],
    ["volatility", found.volatility !== shipped.volatility],
    ["settings", [...settings].sort().join() !== [...shipped.settings].sort().join()],
    ["search_path", path !== undefined && path !== "search_path=pg_catalog"],
  ];
  return facts.filter(([, differs]) => differs).map(([name]) => name);
}

function missingFlaw(name: string): Flaw {
  const allows = "A guarantee that rests on it fails, or isn't kept.";
  return {
    object: `function ${name}()`,
    severity: "high",
    allows,
    evidence: "in the migrations, but not in the database",
    fix: null,
  };
}
