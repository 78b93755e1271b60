import { type TenantClient, tenantDb } from "azora";
import { answerTo } from "./http-errors.js";
import { contextOf, type FindSession, sessionOf } from "./sessions.js";

/** What Next.js hands to a route handler beside the request, from version 15 on. */
interface RouteContext<Params> {
  readonly params: Promise<Params>;
}

type TenantHandler<Params> = (db: TenantClient, request: Request, params: Params) => Promise<Response>;

/** A route handler whose work is done with the client of whoever asks. */
export function withTenant<Params = Record<never, never>>(findSession: FindSession, handle: TenantHandler<Params>) {
  return async (request: Request, { params }: RouteContext<Params>): Promise<Response> => {
    const session = await sessionOf(request.headers.get("cookie"), findSession);
    if (!session) return Response.json({ error: "NO_SESSION" }, { status: 401 });
    try {
      return await handle(tenantDb(contextOf(session)), request, await params);
    } catch (error) {
      const { status, body } = answerTo(error);
      return Response.json(body, { status });
    }
  };
}

/** `export const { GET, POST } = documentsRoute(findSession);` in app/documents/route.ts */
export function documentsRoute(findSession: FindSession) {
  return {
    GET: withTenant(findSession, async (db) =>
      Response.json(await db.document.findMany({ select: { id: true, number: true, title: true } })),
    ),
    POST: withTenant(findSession, async (db, request) => {
      const { number, title } = (await request.json()) as { number: string; title: string };
      return Response.json(await db.document.create({ data: { number, title } }), { status: 201 });
    }),
  };
}

/** `export const { GET } = documentRoute(findSession);` in app/documents/[id]/route.ts */
export function documentRoute(findSession: FindSession) {
  return {
    GET: withTenant<{ id: string }>(findSession, async (db, _request, { id }) =>
      Response.json(await db.document.findUniqueOrThrow({ where: { id } })),
    ),
  };
}

/** What a server action does once it knows its cookies: it is called by anybody who can send a request. */
export async function createDocument(form: FormData, cookies: string, findSession: FindSession): Promise<{ error?: string }> {
  const session = await sessionOf(cookies, findSession);
  if (!session) return { error: "NO_SESSION" };
  try {
    const { document } = tenantDb(contextOf(session));
    await document.create({ data: { number: String(form.get("number")), title: String(form.get("title")) } });
    return {};
  } catch (error) {
    return answerTo(error).body;
  }
}
