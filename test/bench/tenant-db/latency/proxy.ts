import { createConnection, createServer, type Socket } from "node:net";

/**
 * A process that stands between client and server and holds each piece of data back for a
 * while, in both directions. Node's timers count whole milliseconds, so what is in flight is
 * looked at again and again. With much in flight there is a pause between two looks, exact to
 * some 50 µs, to leave the processors to others. With little there is none: data that comes
 * in during a pause would be held back for longer than the rest, and only a contender that
 * has two things in flight at once would pay for it.
 */

/** Told by the parent: where to go (answered with a port), or how long to hold back. */
export type ProxyRequest = { readonly forwardTo: number } | { readonly delayMs: number };
export type ProxyAnswer = { readonly port: number } | { readonly delayMs: number };

interface InFlight {
  readonly to: Socket;
  readonly data: Buffer;
  readonly due: number;
}

const PAUSE_MS = 0.05;
const MANY_IN_FLIGHT = 4;

let delayMs = 0;
const queue: InFlight[] = [];
let isLooking = false;
const never = new Int32Array(new SharedArrayBuffer(4));

function hold(from: Socket, to: Socket): void {
  from.setNoDelay(true);
  from.on("data", (data) => {
    queue.push({ to, data, due: performance.now() + delayMs });
    if (!isLooking) {
      isLooking = true;
      setImmediate(look);
    }
  });
  from.on("end", () => to.end());
  from.on("error", () => to.destroy());
}

/** All are held back equally long, so the first to come is the first to go. */
function look(): void {
  for (let first = queue[0]; first && first.due <= performance.now(); first = queue[0]) {
    queue.shift();
    if (first.to.writable) first.to.write(first.data);
  }
  const next = queue[0];
  if (!next) {
    isLooking = false;
    return;
  }
  const left = next.due - performance.now();
  // Short of a pause's own inexactness only looking again is exact.
  if (left > PAUSE_MS * 2 && queue.length >= MANY_IN_FLIGHT) Atomics.wait(never, 0, 0, PAUSE_MS);
  setImmediate(look);
}

function forward(port: number): void {
  const server = createServer((client) => {
    const target = createConnection({ port, host: "127.0.0.1" });
    hold(client, target);
    hold(target, client);
  });
  server.listen(0, "127.0.0.1", () => answer({ port: (server.address() as { port: number }).port }));
}

function answer(message: ProxyAnswer): void {
  process.send?.(message);
}

process.on("message", (request: ProxyRequest) => {
  if ("forwardTo" in request) {
    forward(request.forwardTo);
  } else {
    delayMs = request.delayMs;
    answer({ delayMs });
  }
});
process.once("disconnect", () => process.exit());
