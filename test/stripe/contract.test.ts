import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { buildContract } from "./contract/build.js";
import { Contract } from "./contract/contract.js";
import { judgedClient, judgeForm } from "./contract/judged-client.js";
import { startStripe } from "./start.js";

/** The contract comes from the installed package, always the same, and goes red for each kind of mistake. */

const contract = await Contract.load();

function route(method: string, path: string) {
  const found = contract.route(method, path);
  if (!found) throw new Error(`No route ${method} ${path}.`);
  return found;
}

it("comes out the same each time it is made, and is what the cache holds", () => {
  const built = buildContract();
  expect(JSON.stringify(buildContract())).toBe(JSON.stringify(built));
  expect(contract.definitions).toEqual(JSON.parse(JSON.stringify(built.definitions)));
  expect(built.apiVersion).toBe(Stripe.API_VERSION);
});

describe("a request", () => {
  const create = route("POST", "/v1/customers");

  it.each([
    ["a made-up parameter", "favourite_colour=red", "unknown parameter: favourite_colour"],
    ["a made-up parameter inside another", "address[planet]=mars", "unknown parameter: address[planet]"],
    ["a word where a number belongs", "balance=much", "Invalid integer: much"],
    ["a fraction of a cent", "balance=1.5", "Invalid integer: 1.5"],
    ["a value that isn't one of the known", "tax_exempt=always", "must be one of"],
  ])("with %s is red", (_what, form, complaint) => {
    expect(judgeForm(contract, create, form).join()).toContain(complaint);
  });

  it("without what is required is red", () => {
    expect(judgeForm(contract, route("POST", "/v1/products"), "").join()).toContain("Missing required param: name");
  });

  it("that Stripe would take is green", () => {
    expect(judgeForm(contract, create, "email=a@b.test&metadata[plan]=team&expand[0]=subscriptions&description=")).toEqual([]);
  });

  it("to an address that Stripe doesn't have has no route", () => {
    expect(contract.match("POST", "/v1/customers/cus_1/fire")).toBeUndefined();
    expect(contract.match("POST", "/v1/invoices/create_preview")?.name).toBe("InvoiceResource.createPreview");
  });
});

describe("an answer", () => {
  const read = route("GET", "/v1/prices/{id}");

  async function price(): Promise<Record<string, unknown>> {
    const { url, key, close } = await startStripe();
    const headers = { Authorization: `Bearer ${key}` };
    const body = "currency=usd&unit_amount=900&product_data[name]=Team";
    const made = await fetch(`${url}/v1/prices`, { method: "POST", headers, body });
    await close();
    return made.json() as Promise<Record<string, unknown>>;
  }

  it("is green as the counterpart gives it, and red without any one of its required fields", async () => {
    const good = await price();
    expect(contract.judgeAnswer(read, good)).toEqual([]);
    const required = contract.definitions.Price?.required ?? [];
    expect(required.length).toBeGreaterThan(10);
    for (const field of required) {
      const { [field]: _, ...rest } = good;
      expect(contract.judgeAnswer(read, rest).join(), field).toContain(`must have required property '${field}'`);
    }
  });

  it.each([
    ["a field that Stripe doesn't have", { shoe_size: 43 }],
    ["an amount with a fraction", { unit_amount: 9.5 }],
    ["an amount as text", { unit_amount: "900" }],
    ["a status of no known kind", { type: "weekly" }],
    ["null where there is always something", { product: null }],
  ])("with %s is red", async (_what, change) => {
    expect(contract.judgeAnswer(read, { ...(await price()), ...change })).not.toEqual([]);
  });

  it("with an error is judged as well: its type, its code, its members", () => {
    const error = { type: "invalid_request_error", message: "No such price", code: "resource_missing", param: "price" };
    expect(contract.judgeError(error)).toEqual([]);
    for (const wrong of [
      { ...error, type: "usage_error" },
      { ...error, code: "price_gone" },
      { ...error, advice: "Try another." },
    ]) {
      expect(contract.judgeError(wrong)).not.toEqual([]);
    }
  });

  it("that lies on the way through a client is caught there", async () => {
    const server = createServer((_request, response) =>
      response.end(JSON.stringify({ object: "balance", livemode: false, available: [] })),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { httpClient, violations } = await judgedClient();
    const { port } = server.address() as AddressInfo;
    await new Stripe("sk_test_x", { host: "127.0.0.1", port, protocol: "http", httpClient }).balance.retrieve();
    server.close();
    expect(violations).toEqual(["BalanceResource.retrieve answer: / must have required property 'pending'"]);
  });
});

it("names every event that the counterpart emits", async () => {
  const { url, key, close } = await startStripe();
  const headers = { Authorization: `Bearer ${key}` };
  await fetch(`${url}/v1/customers`, { method: "POST", headers });
  const events = (await (await fetch(`${url}/v1/events`, { headers })).json()) as { data: Record<string, unknown>[] };
  await close();
  const list = route("GET", "/v1/events");
  expect(contract.judgeAnswer(list, events)).toEqual([]);
  const forged = { ...events, data: events.data.map((event) => ({ ...event, type: "customer.promoted" })) };
  expect(contract.judgeAnswer(list, forged)).not.toEqual([]);
});
