import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { StripeEvent } from "../../src/billing/events/stripe-event.js";
import type { Reply } from "../../src/billing/webhook/door.js";
import { BODY_LIMIT } from "../../src/billing/webhook/read-body.js";
import { type Receiver, type ReceiverOptions, startReceiver } from "../../src/billing/webhook/receiver.js";
import { signPayload } from "../stripe/control/deliveries.js";
import { latch } from "./latch.js";

/** The receiver as a sender sees it: what is believed, what is turned away, what is waited for, and how it ends. */

const SECRET = "whsec_receiver";
const seconds = () => Math.floor(Date.now() / 1000);
const eventText = (id = "evt_1", more: object = {}) =>
  JSON.stringify({ id, type: "invoice.paid", livemode: false, created: 1, data: { object: { id: "in_1" } }, ...more });

let receiver: Receiver | undefined;
let handled: string[] = [];
let refused: Reply[] = [];
let failed: string[] = [];
afterEach(async () => {
  await receiver?.stop();
  [receiver, handled, refused, failed] = [undefined, [], [], []];
});

async function start(options: Partial<ReceiverOptions> = {}): Promise<Receiver> {
  receiver = await startReceiver({
    host: "127.0.0.1",
    port: 0,
    secrets: [SECRET],
    handle: async ({ id }) => void handled.push(id),
    onRefusal: (reply) => refused.push(reply),
    onFailure: ({ id }, error) => failed.push(`${id}: ${(error as Error).message}`),
    ...options,
  });
  return receiver;
}

interface Sent {
  readonly secret?: string;
  readonly timestamp?: number;
  readonly method?: string;
}

async function send(body: string, { secret = SECRET, timestamp = seconds(), method = "POST" }: Sent = {}): Promise<number> {
  const headers = { "Stripe-Signature": signPayload(body, { secret, timestamp }) };
  const answer = await fetch(receiver?.url ?? "", { method, headers, ...(method === "POST" && { body }) });
  await answer.text();
  return answer.status;
}

/** What comes back to bytes written by hand, until the other side closes. */
async function raw(...pieces: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(receiver?.url ?? "");
  const socket = connect({ host: hostname, port: Number(port) });
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.on("error", () => undefined); // cut off while writing: what matters is what came back
  for (const piece of pieces) socket.write(piece);
  await once(socket, "close");
  return answer;
}

describe("the receiver", () => {
  it("hands over what is signed, with any of its secrets", async () => {
    await start({ secrets: [SECRET, "whsec_next"] });
    expect(await send(eventText("evt_1"))).toBe(200);
    expect(await send(eventText("evt_2"), { secret: "whsec_next" })).toBe(200);
    expect(handled).toEqual(["evt_1", "evt_2"]);
  });

  it.each<[string, string, Sent, number]>([
    ["with another secret", eventText(), { secret: "whsec_other" }, 400],
    ["of an hour ago", eventText(), { timestamp: seconds() - 3600 }, 400],
    ["of tomorrow", eventText(), { timestamp: seconds() + 86_400 }, 400],
    ["that is no JSON", "{", {}, 400],
    ["that is no event", JSON.stringify({ id: "evt_1" }), {}, 400],
    ["with an id that is none", eventText("evt_1'; --"), {}, 400],
    ["that is null", "null", {}, 400],
    ["that asks instead of telling", eventText(), { method: "GET" }, 405],
  ])("turns away one %s", async (_what, body, sent, status) => {
    await start();
    expect(await send(body, sent)).toBe(status);
    expect(handled).toEqual([]);
    expect(refused).toMatchObject([{ status }]);
  });

  it("turns away what isn't signed at all, and says nothing of its secret", async () => {
    await start();
    const answer = await fetch(receiver?.url ?? "", { method: "POST", body: eventText() });
    expect(answer.status).toBe(400);
    const text = await answer.text();
    expect(text).toBe('{"error":"Stripe-Signature: missing."}\n');
    expect(handled).toEqual([]);
  });

  it("reads no more than an event can be, announced or not", async () => {
    await start();
    const announced = await raw(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${BODY_LIMIT + 1}\r\n\r\nx`);
    expect(announced).toContain("413");
    const piece = `${(65_536).toString(16)}\r\n${"x".repeat(65_536)}\r\n`;
    const unannounced = await raw(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
      ...new Array(40).fill(piece),
    );
    expect(unannounced).not.toContain("200");
    expect(refused).toMatchObject([{ status: 413 }, { status: 413 }]);
    expect(await send(eventText())).toBe(200);
  });

  it("doesn't wait for who never ends his request", async () => {
    await start({ receiveTimeout: 300 });
    expect(await raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx")).toContain("408");
    expect(await raw("POST / HTTP/1.1\r\nHost")).toContain("408");
  });
});

describe("when handling", () => {
  it("fails, the sender hears it and nothing of why; the next time it may go well", async () => {
    let broken = true;
    const handle = async ({ id }: StripeEvent) => {
      if (broken) throw new Error("password=hunter2");
      handled.push(id);
    };
    await start({ handle });
    const body = eventText();
    const headers = { "Stripe-Signature": signPayload(body, { secret: SECRET, timestamp: seconds() }) };
    const answer = await fetch(receiver?.url ?? "", { method: "POST", headers, body });
    expect({ status: answer.status, text: await answer.text() }).toEqual({
      status: 500,
      text: '{"error":"It failed: send it again."}\n',
    });
    expect(failed).toEqual(["evt_1: password=hunter2"]);
    broken = false;
    expect(await send(body)).toBe(200);
    expect(handled).toEqual(["evt_1"]);
  });

  it("takes long, the sender is told to come again, and what was begun is done", async () => {
    const release = latch();
    const handle = async ({ id }: StripeEvent) => {
      await release.opened;
      handled.push(id);
    };
    await start({ handle, patience: 50 });
    expect(await send(eventText())).toBe(503);
    release.open();
    await receiver?.stop();
    expect(handled).toEqual(["evt_1"]);
  });

  it("is asked of too many at once, four are at work and the rest waits or is sent away", async () => {
    const release = latch();
    let [inside, most] = [0, 0];
    const handle = async ({ id }: StripeEvent) => {
      inside += 1;
      most = Math.max(most, inside);
      await release.opened;
      inside -= 1;
      handled.push(id);
    };
    await start({ handle });
    const turnedAway = latch();
    let away = 0;
    const sent = Array.from({ length: 150 }, async (_, at) => {
      const status = await send(eventText(`evt_${at}`));
      if (status === 503 && ++away === 18) turnedAway.open();
      return status;
    });
    await turnedAway.opened;
    release.open();
    const statuses = await Promise.all(sent);
    expect(most).toBe(4);
    expect(statuses.filter((status) => status === 200)).toHaveLength(132);
    expect(statuses.filter((status) => status === 503)).toHaveLength(18);
    expect(new Set(handled).size).toBe(132);
  });
});

describe("when it stops", () => {
  it("answers what is under way, takes nothing new, and is gone", async () => {
    const release = latch();
    const begun = latch();
    const handle = async ({ id }: StripeEvent) => {
      begun.open();
      await release.opened;
      handled.push(id);
    };
    const { url } = await start({ handle });
    const underWay = send(eventText("evt_1"));
    await begun.opened;
    let stopped = false;
    const stopping = receiver?.stop().then(() => {
      stopped = true;
    });
    await expect(fetch(url, { method: "POST", body: "" })).rejects.toThrow("fetch failed");
    await sleep(50);
    expect(stopped).toBe(false);
    release.open();
    expect(await underWay).toBe(200);
    await stopping;
    expect(handled).toEqual(["evt_1"]);
  });

  it("doesn't wait for who is connected and says nothing", async () => {
    await start();
    const { hostname, port } = new URL(receiver?.url ?? "");
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\n");
    await sleep(20);
    await receiver?.stop();
    if (!socket.closed) await once(socket, "close");
    expect(socket.closed).toBe(true);
  });
});

it("says whose port it is that it wants", async () => {
  await start();
  const port = Number(new URL(receiver?.url ?? "").port);
  const options = { secrets: [SECRET], handle: async () => undefined, onRefusal: () => undefined, onFailure: () => undefined };
  await expect(startReceiver({ ...options, host: "127.0.0.1", port })).rejects.toMatchObject({ code: "CONFLICT", exit: 5 });
  await expect(startReceiver({ ...options, host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
    code: "INVALID_INPUT",
    exit: 2,
  });
});
