import { closeTenantDb, type TenantClient, tenantDb } from "azora";
import fastify, { type FastifyInstance } from "fastify";
import { answerTo } from "./http-errors.js";
import { contextOf, type FindSession, sessionOf } from "./sessions.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Set by the hook below, before any handler runs. */
    db: TenantClient;
  }
}

export function fastifyApp(findSession: FindSession): FastifyInstance {
  const app = fastify();
  app.decorateRequest("db");

  app.addHook("onRequest", async (request, reply) => {
    const session = await sessionOf(request.headers.cookie, findSession);
    if (!session) return reply.code(401).send({ error: "NO_SESSION" });
    request.db = tenantDb(contextOf(session));
  });

  app.get("/documents", ({ db }) => db.document.findMany({ select: { id: true, number: true, title: true } }));

  app.get<{ Params: { id: string } }>("/documents/:id", ({ db, params }) =>
    db.document.findUniqueOrThrow({ where: { id: params.id } }),
  );

  app.post<{ Body: { number: string; title: string } }>("/documents", async ({ db, body: { number, title } }, reply) => {
    reply.code(201);
    return db.document.create({ data: { number, title } });
  });

  app.setErrorHandler((error, _request, reply) => {
    const { status, body } = answerTo(error);
    return reply.code(status).send(body);
  });

  // The last thing that this process does with the database.
  app.addHook("onClose", () => closeTenantDb());
  return app;
}
