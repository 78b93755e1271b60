import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Contract } from "./contract/contract.js";
import { Control, REMOTE } from "./control/control.js";
import { broken, type FaultRule, rateLimited } from "./control/faults.js";
import { Api, type Trouble } from "./http/api.js";
import type { Incoming, Outgoing } from "./http/exchange.js";
import { readForm } from "./http/form.js";
import { IdempotencyKeys } from "./http/idempotency.js";
import { Keys } from "./http/keys.js";
import { INCLUDABLES, ROUTES } from "./resources/index.js";
import { newId } from "./world/ids.js";
import { World } from "./world/world.js";

export interface StartOptions {
  /** 0 or none for any free one. */
  readonly port?: number;
  /** The time of what has no test clock, in seconds since 1970; the machine's unless told. */
  readonly clock?: () => number;
  /** The secret key; a new one unless told. `sk_live_…` makes an account in live mode, without test clocks. */
  readonly key?: string;
}

export interface RunningStripe {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly key: string;
  readonly control: Control;
  close(): Promise<void>;
}

/** Starts a Stripe on loopback, empty, for one account. */
export async function startStripe({ port = 0, clock, key = newId("sk_test") }: StartOptions = {}): Promise<RunningStripe> {
  const contract = await Contract.load();
  contract.warm();
  const livemode = key.startsWith("sk_live_");
  const world = new World({ apiVersion: contract.apiVersion, livemode, clock: clock ?? (() => Date.now() / 1000) });
  const keys = new Keys({ secret: key, accountId: world.accountId });
  const api = new Api({ world, contract, keys, idempotency: new IdempotencyKeys(), routes: ROUTES, includables: INCLUDABLES });
  const control = new Control({ world, api, keys });
  const server = createServer((request, response) => {
    serve(request, response, { api, control }).catch((error) => response.destroy(error));
  });
  const host = "127.0.0.1";
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  const address = server.address() as AddressInfo;
  return { url: `http://${host}:${address.port}`, host, port: address.port, key, control, close: () => close(server) };
}

interface Parts {
  readonly api: Api;
  readonly control: Control;
}

async function serve(request: IncomingMessage, response: ServerResponse, { api, control }: Parts): Promise<void> {
  const { pathname, search } = new URL(request.url ?? "/", "http://loopback");
  const body = await text(request);
  if (pathname.startsWith("/_control/")) return command(pathname, body, { response, control });
  const form = [search.slice(1), body].filter(Boolean).join("&");
  const incoming: Incoming = { method: request.method ?? "GET", pathname, form, headers: request.headers as Incoming["headers"] };
  const rule = control.faults.next(incoming.method, pathname);
  const outgoing = rule?.kind === "drop" ? undefined : await api.answer(incoming, rule ? troubleOf(rule) : {});
  const lost = !outgoing || rule?.kind === "drop_after" || rule?.kind === "hang_after";
  record(control, { incoming, outgoing, lost });
  if (rule?.kind === "hang_after") return; // the client's own timeout ends it
  if (lost) response.destroy();
  else response.writeHead(outgoing.status, outgoing.headers).end(outgoing.body);
}

function troubleOf(rule: FaultRule): Trouble {
  if (rule.kind === "rate_limit") return { refuse: rateLimited(rule) };
  if (rule.kind === "error") return { refuse: broken(rule) };
  if (rule.kind === "error_after") return { fail: broken(rule) };
  return rule.kind === "slow" ? { delay: rule.delay ?? 1000 } : {};
}

interface Served {
  readonly incoming: Incoming;
  readonly outgoing: Outgoing | undefined;
  readonly lost: boolean;
}

function record(control: Control, { incoming, outgoing, lost }: Served): void {
  control.log.push({
    method: incoming.method,
    path: incoming.pathname,
    form: incoming.form,
    params: readForm(incoming.form),
    idempotencyKey: incoming.headers["idempotency-key"],
    requestId: outgoing?.headers["Request-Id"],
    status: lost ? 0 : (outgoing?.status ?? 0),
    replayed: outgoing?.headers["Idempotent-Replayed"] === "true",
  });
}

async function command(
  pathname: string,
  body: string,
  { response, control }: { response: ServerResponse; control: Control },
): Promise<void> {
  const name = REMOTE.find((method) => `/_control/${method}` === pathname);
  if (!name) {
    response.writeHead(404).end(`Known: ${REMOTE.join(", ")}\n`);
    return;
  }
  const method = control[name] as (...args: unknown[]) => unknown;
  const result = await method.apply(control, body ? (JSON.parse(body) as unknown[]) : []);
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(result ?? null));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
}
