import { fork } from "node:child_process";
import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { median, quantile } from "../../statistics.js";
import type { ProxyAnswer, ProxyRequest } from "./proxy.js";

/** What a line adds to a round trip, measured on it, in ms. */
export interface Added {
  readonly median: number;
  readonly p90: number;
  /** The median with 16 connections in use at once. */
  readonly medianOf16: number;
}

export interface DelayedLine {
  /** The same connection string by way of the line. */
  readonly url: (url: string) => string;
  readonly added: Added;
  stop(): void;
}

const EXCHANGES = 1000;
const CORRECTIONS = 4;

/**
 * A line to a server that makes each round trip longer by `addedMs`. The wait is set by
 * what an echo measures, since a process can't wait as exactly as it is told.
 */
export async function delayLine(serverUrl: string, addedMs: number): Promise<DelayedLine> {
  const proxy = fork(fileURLToPath(new URL("./proxy.ts", import.meta.url)));
  const ask = async (request: ProxyRequest): Promise<ProxyAnswer> => {
    const answered = once(proxy, "message");
    proxy.send(request);
    return (await answered)[0] as ProxyAnswer;
  };
  const through = async (port: number) => ((await ask({ forwardTo: port })) as { port: number }).port;
  const { server: echo, port: echoPort } = await listenEcho();
  const linePort = await through(echoPort);
  const port = await through(Number(new URL(serverUrl).port));

  const direct = median(await exchange(echoPort, EXCHANGES));
  let delayMs = addedMs / 2;
  let answers: number[] = [];
  for (let turn = 0; turn < CORRECTIONS; turn++) {
    await ask({ delayMs });
    answers = await exchange(linePort, EXCHANGES);
    delayMs = Math.max(0, delayMs + (addedMs - (median(answers) - direct)) / 2);
  }
  await ask({ delayMs });
  answers = await exchange(linePort, EXCHANGES);
  const directOf16 = await exchange16(echoPort);
  const added = {
    median: median(answers) - direct,
    p90: quantile(answers, 0.9) - direct,
    medianOf16: (await exchange16(linePort)) - directOf16,
  };
  echo.close();
  return {
    url: (url) => {
      const delayed = new URL(url);
      delayed.port = String(port);
      return delayed.toString();
    },
    added,
    stop: () => proxy.disconnect(),
  };
}

async function listenEcho(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.setNoDelay(true).pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as { port: number }).port };
}

/** Round trips of a message of a query's size, in ms. */
async function exchange(port: number, times: number): Promise<number[]> {
  const socket: Socket = createConnection({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  const message = Buffer.alloc(300, "x");
  const answers: number[] = [];
  for (let turn = 0; turn < times; turn++) {
    const start = performance.now();
    let received = 0;
    socket.write(message);
    while (received < message.length) received += ((await once(socket, "data"))[0] as Buffer).length;
    answers.push(performance.now() - start);
  }
  socket.destroy();
  return answers;
}

async function exchange16(port: number): Promise<number> {
  const all = await Promise.all(Array.from({ length: 16 }, () => exchange(port, EXCHANGES / 10)));
  return median(all.flat());
}
