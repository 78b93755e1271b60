import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Arena } from "./arena.js";

// Found by random programs: a tenant may drop what its session has prepared, and put its own in that place.
describe("statements that azora has prepared (server)", () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open("server");
    await arena.admit([0]);
  });
  afterAll(() => arena?.close());

  const client = (actor: string) =>
    arena.client(0, actor) as never as {
      readonly document: { findMany(): Promise<unknown[]> };
      readonly $executeRawUnsafe: (sql: string) => Promise<number>;
      $transaction<T>(
        work: (tx: {
          document: { findMany(): Promise<unknown[]> };
          $executeRawUnsafe(sql: string): Promise<number>;
        }) => Promise<T>,
      ): Promise<T>;
    };
  /** Has every connection of the pool prepare what azora sends itself. */
  const warmUp = async () => {
    for (let time = 0; time < 10; time++) await client("warm").$transaction((tx) => tx.document.findMany());
  };

  it("a transaction that drops its prepared statements can be committed", async () => {
    await warmUp();
    await client("a").$transaction((tx) => tx.$executeRawUnsafe("DEALLOCATE ALL"));
  });

  it("a transaction that has statements of its own under the client's names is logged all the same", async () => {
    await warmUp();
    await client("evader")
      .$transaction(async (tx) => {
        await tx.document.findMany();
        await tx.$executeRawUnsafe(
          `DO $$ DECLARE own text; BEGIN
             FOR own IN SELECT name FROM pg_prepared_statements WHERE statement LIKE '%log_reads%' LOOP
               EXECUTE 'DEALLOCATE ' || own; EXECUTE 'PREPARE ' || own || '(text, text, text) AS SELECT $1, $2, $3';
             END LOOP; END $$`,
        );
      })
      .catch(() => undefined);
    await expect
      .poll(() => arena.world.look("SELECT method FROM tenant.audit_log WHERE actor = 'evader' AND method = 'Document.findMany'"))
      .toHaveLength(1);
  });
});
