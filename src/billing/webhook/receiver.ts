import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import { AzoraError } from "../../errors.js";
import { Door, type DoorOptions, type Reply } from "./door.js";

export interface ReceiverOptions extends DoorOptions {
  /** A name or an address of this machine. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Milliseconds until a request has to be here whole. */
  readonly receiveTimeout?: number;
}

/** A receiver that takes requests. */
export interface Receiver {
  readonly url: string;
  /** Takes nothing new, answers what is under way, and comes back when all of it is done. */
  stop(): Promise<void>;
}

/** How long a connection that is idle is kept, and one that doesn't take its answer when we stop: milliseconds. */
const LINGER = 2000;

/**
 * Listens for Stripe's events.
 * @throws AzoraError CONFLICT when the port is taken, INVALID_INPUT when the address isn't this machine's
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { host, port, receiveTimeout = 10_000 } = options;
  const door = new Door(options);
  const timeouts = { requestTimeout: receiveTimeout, headersTimeout: receiveTimeout, keepAliveTimeout: LINGER };
  const server = createServer({ ...timeouts, connectionsCheckingInterval: Math.min(1000, receiveTimeout) }, (request, response) =>
    serve(door, request, response),
  );
  server.maxConnections = 256;
  await listen(server, { host, port });
  const { address, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${isIPv6(address) ? `[${address}]` : address}:${taken}/`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await door.close();
      const slow = setTimeout(() => server.closeAllConnections(), LINGER);
      await closed;
      clearTimeout(slow);
    },
  };
}

function serve(door: Door, request: IncomingMessage, response: ServerResponse): void {
  door.answer(request).then(
    (reply) => send(response, reply, door.isClosing),
    () => response.destroy(), // the sender went away in the middle
  );
}

function send(response: ServerResponse, { status, error }: Reply, isLast: boolean): void {
  // Whoever was turned away may have sent more than we read: nothing good can follow on that connection.
  const close = isLast || status >= 400;
  response.writeHead(status, { "Content-Type": "application/json", ...(close && { Connection: "close" }) });
  response.end(`${JSON.stringify(error === undefined ? { received: true } : { error })}\n`);
}

const REASONS: Readonly<Record<string, (place: string) => AzoraError>> = {
  EADDRINUSE: (place) => new AzoraError("CONFLICT", `${place} is taken by another process.`, { hint: "Choose another --port." }),
  EACCES: (place) =>
    new AzoraError("NOT_PERMITTED", `This user may not listen on ${place}.`, { hint: "Choose a --port above 1023." }),
  EADDRNOTAVAIL: (place) => new AzoraError("INVALID_INPUT", `${place} is no address of this machine.`),
  ENOTFOUND: (place) => new AzoraError("INVALID_INPUT", `${place} is no address of this machine.`),
};

function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(REASONS[error.code ?? ""]?.(`${host}:${port}`) ?? error);
    server.once("error", refuse).listen({ host, port }, () => {
      server.removeListener("error", refuse);
      resolve();
    });
  });
}
