import { bareName, functionsByName } from "../functions.js";
import { SHIPPED } from "../guard/shipped.js";
import { bare } from "../policy-expression.js";
import type { Facts, Rule } from "../rule.js";
import { wrongWith } from "./policy-function.js";

/** The guard's own context, whose function is compared with what is shipped. */
const SIGNED = "guard.current_account()";

export const contextUnsigned: Rule = {
  id: "context-unsigned",
  title: "The context that policies ask can't be set by whoever can run SQL.",
  severity: "high",
  check({ target }) {
    const { expressions } = target.context;
    const findings = expressions
      .filter((expression) => !(target.guard && bare(expression) === SIGNED && SHIPPED.functions.has("guard.current_account")))
      .map((expression) => ({
        object: `context ${expression}`,
        allows:
          "One injected SELECT can name another account and read it: WITH s AS MATERIALIZED (SELECT set_config(…)) SELECT ….",
        evidence: "not the guard's signed context; nothing in the catalog shows that it can't be forged",
        fix: null,
      }));
    return { checked: expressions.length, findings };
  },
};

export const contextFunction: Rule = {
  id: "context-function",
  title: "What names the asking account is the owners', changes nothing and depends on no search path.",
  severity: "high",
  check(facts) {
    const called = facts.target.context.expressions.flatMap((expression) => calledBy(expression, facts));
    const findings = called.flatMap(({ name, expression }) => {
      const wrong = wrongWith(functionsByName(facts).get(name), facts);
      if (wrong === null) return [];
      const allows = "Whoever can change the function, or what it means, is every tenant.";
      return [{ object: `function ${name}`, allows, evidence: `${expression} calls it: ${wrong}`, fix: null }];
    });
    return { checked: called.length, findings };
  },
};

function calledBy(expression: string, { catalog }: Facts): readonly { readonly name: string; readonly expression: string }[] {
  return catalog.functions
    .filter(({ name }) => expression.includes(`${bareName(name)}(`))
    .map(({ name }) => ({ name, expression }));
}
