import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expressApp } from "../../docs/examples/express.js";
import { fastifyApp } from "../../docs/examples/fastify.js";
import { documentRoute, documentsRoute } from "../../docs/examples/next.js";
import type { FindSession } from "../../docs/examples/sessions.js";

export interface HttpReply {
  readonly status: number;
  // Each test knows what its request is answered with.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests are about
  readonly body: any;
}

/** One of the example applications, asked by HTTP or by what stands for it. */
export interface Door {
  /** @param session the secret in the cookie; none without it */
  ask(session: string | undefined, path: string, body?: object): Promise<HttpReply>;
  close(): Promise<void>;
}

export type OpenDoor = (findSession: FindSession) => Promise<Door>;

function requestTo(url: string, session: string | undefined, body: object | undefined): Request {
  return new Request(url, {
    headers: {
      ...(session && { cookie: `theme=dark; session=${session}` }),
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });
}

async function replyOf(response: Response): Promise<HttpReply> {
  return { status: response.status, body: await response.json() };
}

/** An application that answers on a port of its own. */
export async function listening(listener: RequestListener): Promise<Door> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return over(server, () => new Promise((resolve) => server.close(() => resolve())));
}

function over(server: Server, close: () => Promise<void>): Door {
  const { port } = server.address() as AddressInfo;
  return {
    ask: async (session, path, body) => replyOf(await fetch(requestTo(`http://127.0.0.1:${port}${path}`, session, body))),
    async close() {
      server.closeAllConnections();
      await close();
    },
  };
}

export const DOORS: Readonly<Record<"Express" | "Fastify" | "Next.js", OpenDoor>> = {
  Express: (findSession) => listening(expressApp(findSession)),
  async Fastify(findSession) {
    const app = fastifyApp(findSession);
    await app.listen({ port: 0, host: "127.0.0.1" });
    return over(app.server, () => app.close());
  },
  // Next.js is not installed here; it calls these very functions with the same two arguments.
  async "Next.js"(findSession) {
    const [all, one] = [documentsRoute(findSession), documentRoute(findSession)];
    return {
      async ask(session, path, body) {
        const request = requestTo(`http://localhost${path}`, session, body);
        const id = /^\/documents\/(.+)$/.exec(path)?.[1];
        if (id) return replyOf(await one.GET(request, { params: Promise.resolve({ id }) }));
        return replyOf(await all[body ? "POST" : "GET"](request, { params: Promise.resolve({}) }));
      },
      close: async () => undefined,
    };
  },
};
