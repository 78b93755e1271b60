import { type TenantClient, tenantDb } from "azora";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { answerTo } from "./http-errors.js";
import { contextOf, type FindSession, sessionOf } from "./sessions.js";

/** A response with the tenant's client beside it: made for this request and gone with it. */
type TenantResponse = Response<unknown, { db: TenantClient }>;

export function expressApp(findSession: FindSession): Express {
  const app = express();
  app.use(express.json());

  app.use(async (request: Request, response: TenantResponse, next: NextFunction) => {
    const session = await sessionOf(request.headers.cookie, findSession);
    if (!session) {
      response.status(401).json({ error: "NO_SESSION" });
      return;
    }
    response.locals.db = tenantDb(contextOf(session));
    next();
  });

  app.get("/documents", async (_request: Request, response: TenantResponse) => {
    response.json(await response.locals.db.document.findMany({ select: { id: true, number: true, title: true } }));
  });

  app.get("/documents/:id", async (request: Request<{ id: string }>, response: TenantResponse) => {
    response.json(await response.locals.db.document.findUniqueOrThrow({ where: { id: request.params.id } }));
  });

  app.post("/documents", async (request: Request, response: TenantResponse) => {
    const { number, title } = request.body;
    response.status(201).json(await response.locals.db.document.create({ data: { number, title } }));
  });

  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const { status, body } = answerTo(error);
    response.status(status).json(body);
  });
  return app;
}
