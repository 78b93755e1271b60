import Stripe from "stripe";
import { readForm } from "../http/form.js";
import { decodeParams } from "../http/params.js";
import { Contract } from "./contract.js";

export interface JudgedClient {
  readonly httpClient: NonNullable<Stripe.StripeConfig["httpClient"]>;
  /** Grows as traffic goes by. */
  readonly violations: readonly string[];
}

/** An HTTP client for the `stripe` package that judges what goes through it by the contract, whoever answers. */
export async function judgedClient(): Promise<JudgedClient> {
  const contract = await Contract.load();
  const violations: string[] = [];
  const judged = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const route = contract.match(init?.method ?? "GET", url.pathname);
    if (!route) violations.push(`${init?.method} ${url.pathname}: no such route`);
    else
      violations.push(...judgeForm(contract, route, [url.search.slice(1), String(init?.body ?? "")].filter(Boolean).join("&")));
    const response = await fetch(input, init);
    if (route && response.ok) violations.push(...contract.judgeAnswer(route, await response.clone().json()));
    return response;
  };
  return { httpClient: Stripe.createFetchHttpClient(judged), violations };
}

/** What a form's parameters, as sent, have against them. */
export function judgeForm(contract: Contract, route: NonNullable<ReturnType<Contract["match"]>>, form: string): string[] {
  try {
    return contract.judgeRequest(route, decodeParams(contract.definitions, route.params, readForm(form)));
  } catch (error) {
    return [`${route.name} params: ${error instanceof Error ? error.message : error}`];
  }
}
