import { type TenantClient, tenantDb } from "azora";
import express from "express";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDocument } from "../../docs/examples/next.js";
import { contextOf, type Session, sessionOf } from "../../docs/examples/sessions.js";
import { holder, ownerOf } from "../support/people.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";
import { becomeApplication, endApplication, meanwhile } from "./application.js";
import { DOORS, type Door, listening } from "./doors.js";

const sessions = new Map<string, Session>();
const findSession = async (secret: string) => sessions.get(secret);
const titles = (documents: { title: string }[]) => [...new Set(documents.map(({ title }) => title))];

/** Many requests of two tenants at once. @returns how many were answered with another's rows */
async function countLeaks({ ask }: Door, { a, b }: World): Promise<number> {
  const tenants = { a, b };
  const answers = Array.from({ length: 20 }, async (_, i) => {
    const who = i % 2 === 0 ? "a" : "b";
    const { body } = await ask(who, "/documents");
    return JSON.stringify(titles(body)) === JSON.stringify([`${tenants[who].marker} text`]);
  });
  return (await Promise.all(answers)).filter((isOwn) => !isOwn).length;
}

function signIn(name: string, { id: accountId }: TestTenant, userId: string): void {
  sessions.set(name, { accountId, userId });
}

describeOnBothEngines("requests of the examples", (world) => {
  const doors: [name: string, door: Door][] = [];
  beforeAll(async () => {
    const { a, b } = world();
    signIn("a", a, (await ownerOf(world(), a)).id);
    signIn("b", b, (await ownerOf(world(), b)).id);
    signIn("reader", a, (await holder(world(), a, "documents:read")).id);
    await becomeApplication(world());
    for (const [name, open] of Object.entries(DOORS)) doors.push([name, await open(findSession)]);
  });
  afterAll(async () => {
    for (const [, door] of doors.splice(0)) await door.close();
    await endApplication(world());
  });

  /** The same question to each application. */
  async function ofEach(ask: (door: Door, name: string) => Promise<unknown>): Promise<Record<string, unknown>> {
    const answers: Record<string, unknown> = {};
    for (const [name, door] of doors) answers[name] = await ask(door, name);
    return answers;
  }
  const each = (expected: unknown) => ({ Express: expected, Fastify: expected, "Next.js": expected });
  const status = async (door: Door, ...request: Parameters<Door["ask"]>) => (await door.ask(...request)).status;

  it("without a session there is no answer", async () => {
    expect(await ofEach((door) => door.ask(undefined, "/documents"))).toEqual(
      each({ status: 401, body: { error: "NO_SESSION" } }),
    );
    expect(await ofEach((door) => status(door, "made-up", "/documents"))).toEqual(each(401));
  });

  it("two tenants who ask at once get their own rows", async () => {
    expect(await ofEach((door) => countLeaks(door, world()))).toEqual(each(0));
  });

  it("an application that keeps its client outside of the request is seen to leak", async () => {
    let ambient: TenantClient | undefined;
    const app = express().use(async (request, response) => {
      const session = await sessionOf(request.headers.cookie, findSession);
      if (session) ambient = tenantDb(contextOf(session));
      await new Promise((resolve) => setTimeout(resolve, 5));
      response.json(await ambient?.document.findMany());
    });
    const door = await listening(app);
    expect(await countLeaks(door, world())).toBeGreaterThan(0);
    await door.close();
  });

  it("what is made is the tenant's of the session, whatever the body says, and is logged under the user's name", async () => {
    const { a, b } = world();
    const made = await ofEach((door, name) =>
      door.ask("a", "/documents", { number: `NEW-${name}`, title: `${a.marker} text`, accountId: b.id }),
    );
    expect(made).toMatchObject(each({ status: 201, body: { accountId: a.id } }));
    const ids = Object.values(made).map((answer) => (answer as { body: { id: string } }).body.id);
    const db = tenantDb({ accountId: a.id, actor: "auditor" });
    const lines = await db.auditLog.findMany({ where: { operation: "create", rowId: { in: ids } }, select: { actor: true } });
    expect(lines).toEqual(ids.map(() => ({ actor: `user:${sessions.get("a")?.userId}` })));
  });

  it("another tenant's row is not found, like one that never was; a taken number is a conflict", async () => {
    const { a } = world();
    const [document] = await tenantDb({ accountId: a.id, actor: "auditor" }).document.findMany({ take: 1 });
    const path = `/documents/${document?.id}`;
    expect(await ofEach((door) => status(door, "a", path))).toEqual(each(200));
    const missing = each({ status: 404, body: { error: "P2025" } });
    expect(await ofEach((door) => door.ask("b", path))).toEqual(missing);
    expect(await ofEach((door) => door.ask("b", "/documents/019aad50-3f0e-7c11-8f4c-2f3b1d0c9a55"))).toEqual(missing);
    const taken = { number: document?.number, title: "again" };
    expect(await ofEach((door) => door.ask("a", "/documents", taken))).toEqual(each({ status: 409, body: { error: "P2002" } }));
  });

  it("a user who may only read gets 403 for a write", async () => {
    expect(await ofEach((door) => status(door, "reader", "/documents"))).toEqual(each(200));
    expect(await ofEach((door) => door.ask("reader", "/documents", { number: "R-1", title: "no" }))).toEqual(
      each({ status: 403, body: { error: "PERMISSION_DENIED" } }),
    );
  });

  it("what nobody foresaw is 500, and tells nothing of what it was", async () => {
    expect(await ofEach((door) => door.ask("a", "/documents/no-uuid"))).toEqual(
      each({ status: 500, body: { error: "FAILURE" } }),
    );
  });

  it("a server action asks for the session itself", async () => {
    const form = new FormData();
    form.set("number", "ACT-1");
    form.set("title", "by an action");
    expect(await createDocument(form, "theme=dark", findSession)).toEqual({ error: "NO_SESSION" });
    expect(await createDocument(form, "session=b", findSession)).toEqual({});
    expect(await createDocument(form, "session=b", findSession)).toEqual({ error: "P2002" });
    expect(await createDocument(form, "session=reader", findSession)).toEqual({ error: "PERMISSION_DENIED" });
  });

  it("a suspended tenant gets 423 for writes or 403 for all, from the next request on; a purged one 410", async () => {
    const { a } = world();
    const suspend = (readOnly: boolean) => () => world().look("SELECT control.suspend_account($1, 'test', $2)", a.id, readOnly);
    const write = (door: Door, name: string) => door.ask("a", "/documents", { number: `LATE-${name}`, title: "late" });
    await meanwhile(world(), suspend(true));
    expect(await ofEach((door) => status(door, "a", "/documents"))).toEqual(each(200));
    expect(await ofEach(write)).toEqual(each({ status: 423, body: { error: "ACCOUNT_READ_ONLY" } }));
    await meanwhile(world(), suspend(false));
    expect(await ofEach((door) => door.ask("a", "/documents"))).toEqual(
      each({ status: 403, body: { error: "ACCOUNT_SUSPENDED" } }),
    );
    expect(await ofEach((door) => status(door, "b", "/documents"))).toEqual(each(200));
    await meanwhile(world(), () => world().look("DELETE FROM control.accounts WHERE id = $1", a.id));
    expect(await ofEach((door) => door.ask("a", "/documents"))).toEqual(each({ status: 410, body: { error: "ACCOUNT_GONE" } }));
  });
});
